"""What will be measured side by side: servers, cells, rounds, and how long each turn is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from ..errors import UsageError
from ..targets.catalogue import CLIENTS, FLOOR, INSTRUMENT
from ..targets.contract import START_S
from ..targets.spec import ServerSpec
from ..targets.templates import is_constant
from .margins import Comparison, Gates
from .workload import TIMEOUT_S, Wait, Workload

MS = 1_000_000  # ns


class Cell(msgspec.Struct, frozen=True):
    """One line of a table: who serves (a label), who drives, and what is sent."""

    server: str
    client: str
    workload: Workload

    def __str__(self) -> str:
        """Read like `tornado by wire, 64 B text, 1 connection, depth 1`: what margins are looked up by."""
        return f"{self.server} by {self.client}, {self.workload}"


FAR_NS = 20_000_000
"""Where an answer takes so long, in ns, it comes from afar, or from a server that takes its time."""


class Pace(msgspec.Struct, frozen=True):
    """How a round's time is dealt out: turns per cell, and the length of a turn in ns.

    A latency turn is lengthened until the round holds `latency_samples` round trips of each cell. Yardstick
    and floor get a `reference_share` of the turns where others are compared, and client libraries a
    `library_share` beside the instrument.
    """

    latency_turns: int = 40
    latency_slice_ns: int = 3 * MS
    latency_samples: int = 3_000  # 30 of them past the p99
    throughput_turns: int = 10
    throughput_slice_ns: int = 10 * MS  # many short ones: a disturbance spoils few, and trimming has a choice
    reference_share: float = 1.0
    library_share: float = 1.0


class Plan(msgspec.Struct, frozen=True):
    """Everything a run depends on besides the machine. `budget_s` ends a run early; 0 means never.

    `comparison` is set where the run is to decide something. With `explain` servers of ours record their
    pauses while they are driven, so that the slowest messages can be matched with them. `client_wait` is None
    before it is decided, and in files of versions whose client could only sleep. `timeout_s` is how long
    connecting or an answer may take, `start_timeout_s` how long a server gets to start.
    """

    servers: tuple[ServerSpec, ...]
    cells: tuple[Cell, ...]
    rounds: int
    seed: int
    equal: bool = True
    keep_awake: bool = True
    pace: Pace = Pace()
    profile: str = ""
    budget_s: float = 0.0
    comparison: Comparison | None = None
    explain: bool = False
    client_wait: Wait | None = None
    timeout_s: float = TIMEOUT_S
    start_timeout_s: float = START_S

    def with_servers(self, specs: Sequence[ServerSpec]) -> Self:
        """Return the plan with its servers in the form of `specs`."""
        return msgspec.structs.replace(self, servers=tuple(specs))

    def spec_of(self, label: str) -> ServerSpec:
        """Return the server that runs under a label."""
        return next(spec for spec in self.servers if spec.label == label)


LEAST_FOR_TWO_LOOKS = 12


def looks_of(rounds: int) -> tuple[int, ...]:
    """Return after how many rounds a comparison is looked at: half-way if that is enough, and at the end."""
    return (rounds // 2, rounds) if rounds >= LEAST_FOR_TWO_LOOKS else (rounds,)


def require_gated(gates: Gates, cells: Iterable[Cell], candidates: Iterable[str]) -> set[str]:
    """Return the metrics that are gated in any cell of the candidates.

    Raises `UsageError` where a candidate has none: it would pass whatever it did.
    """
    cells, found = list(cells), set[str]()
    for label in candidates:
        mine = [gates.gated(str(cell), cell.workload.goal) for cell in cells if cell.server == label]
        if not any(mine):
            raise UsageError(f"nothing would be gated of {label}: every margin is 0")
        found.update(*mine)
    return found


def cells_of(
    servers: Sequence[ServerSpec], clients: Sequence[str], workloads: Sequence[Workload]
) -> tuple[Cell, ...]:
    """Cross servers, clients and workloads, and leave out what a client can't drive."""
    return tuple(
        Cell(server.label, client, workload)
        for workload in workloads
        for client in clients
        for server in servers
        if not cannot_drive(client, server, workload)
    )


def cannot_drive(client: str, server: ServerSpec, workload: Workload) -> str:
    """Return why a client can't drive a server in a workload, "" where it can.

    The floor speaks no WebSocket, and no client library lets its caller choose the fragments of a message.
    Only the instrument keeps connections open that are not measured.
    """
    able, other = CLIENTS[client].can, client != INSTRUMENT
    obstacles = (
        (
            other and server.is_floor,
            f"{FLOOR} speaks plain TCP, so only {INSTRUMENT} can drive it: add --client {INSTRUMENT}",
        ),
        (
            workload.one_way and server.kind not in {"url", "command"},
            f"{server.label} answers every message: --reply none is for a server of yours that does not",
        ),
        (server.is_floor and workload.messages, f"{FLOOR} gives back bytes, not messages of yours"),
        (
            other and server.access.beyond_libraries,
            f"{client} has no {server.access.beyond_libraries}: add --client {INSTRUMENT}",
        ),
        (
            other and not all(map(is_constant, workload.messages)),
            f"{client} fills nothing in, such as {{n}}: add --client {INSTRUMENT}",
        ),
        (other and workload.fragments > 1, f"{client} can't send fragments: add --client {INSTRUMENT}"),
        (
            other and workload.others,
            f"{client} holds no connections beside those it measures: add --client {INSTRUMENT}",
        ),
        (server.tls and "tls" not in able, f"{client} can't connect over TLS"),
        (server.deflate and "deflate" not in able, f"{client} has no permessage-deflate"),
    )
    return next((why for stands, why in obstacles if stands), "")
