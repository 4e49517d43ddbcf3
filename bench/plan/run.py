"""What will be measured side by side: servers, cells, rounds, and how long each turn is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Self

import msgspec

from ..demand.workload import TIMEOUT_S, Wait, Workload
from ..errors import UsageError
from ..targets.catalogue import FLOOR, INSTRUMENT
from ..targets.client_spec import ClientSpec, client_of
from ..targets.contract import START_S
from ..targets.spec import ServerSpec
from ..targets.templates import is_constant
from .margins import Comparison, Gates
from .network import NetworkWords
from .patterns import require_spelt

MS = 1_000_000  # ns


class Cell(msgspec.Struct, frozen=True):
    """One line of a table: who serves and who drives (labels), and what is sent."""

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
    connecting or an answer may take, `start_timeout_s` how long a server gets to start. `clients` are empty
    in files of versions that drove only with what was installed. `network` is what lies between client and
    server, None for the loopback.
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
    clients: tuple[ClientSpec, ...] = ()
    network: NetworkWords | None = None

    def with_servers(self, specs: Sequence[ServerSpec]) -> Self:
        """Return the plan with its servers in the form of `specs`."""
        return msgspec.structs.replace(self, servers=tuple(specs))

    def spec_of(self, label: str) -> ServerSpec:
        """Return the server that runs under a label."""
        return next(spec for spec in self.servers if spec.label == label)

    @property
    def gates(self) -> Gates:
        """The margins of what is to be decided; the usual ones where nothing is."""
        return self.comparison.gates if self.comparison else Gates()

    @property
    def judged(self) -> tuple[Cell, ...]:
        """The cells of candidates."""
        if self.comparison and self.comparison.clients:
            clients = {candidate for _, candidate in self.comparison.clients}
            servers = {server for pair in self.comparison.pairs for server in pair}
            return tuple(one for one in self.cells if one.client in clients and one.server in servers)
        pairs = self.comparison.pairs if self.comparison else ()
        return tuple(cell for cell in self.cells if cell.server in {candidate for _, candidate in pairs})

    def client_of(self, label: str) -> ClientSpec:
        """Return the client that drives under a label."""
        return next((spec for spec in self.clients if spec.label == label), client_of(label))


LEAST_FOR_TWO_LOOKS = 12


def looks_of(rounds: int) -> tuple[int, ...]:
    """Return after how many rounds a comparison is looked at: half-way if that is enough, and at the end."""
    return (rounds // 2, rounds) if rounds >= LEAST_FOR_TWO_LOOKS else (rounds,)


def require_gated(
    gates: Gates,
    cells: Iterable[Cell],
    candidates: Iterable[str],
    whose: Callable[[Cell], str] = lambda cell: cell.server,
) -> set[str]:
    """Return the metrics that are gated in any cell of the candidates, `whose` label a cell has.

    Raises `UsageError` where a candidate has none, unless a pattern excepts it while others are gated: it
    would pass whatever it did. So it does for a pattern that is misspelt.
    """
    cells, labels, found, spared = list(cells), list(candidates), set[str](), ""
    judged = [str(cell) for cell in cells if whose(cell) in labels]
    require_spelt(gates, judged, map(str, cells))
    for label in labels:
        mine = [cell for cell in cells if whose(cell) == label]
        gated = {metric for cell in mine for metric in gates.gated(str(cell), cell.workload.goal)}
        excepted = any(gates.is_excepted(str(cell), cell.workload.goal) for cell in mine)
        if not gated and not excepted:
            raise UsageError(f"nothing would be gated of {label}: every margin is 0")
        spared = spared or ("" if gated else label)
        found |= gated
    if not found and spared:
        raise UsageError(
            f"nothing would be gated of {spared}, nor of anybody else: every margin is 0, or gate = false"
        )
    return found


def cells_of(
    servers: Sequence[ServerSpec], clients: Sequence[ClientSpec | str], workloads: Sequence[Workload]
) -> tuple[Cell, ...]:
    """Cross servers, clients and workloads, and leave out what a client can't drive.

    A word in the place of a client is one as it is installed here.
    """
    return tuple(
        Cell(server.label, str(client), workload)
        for workload in workloads
        for client in clients
        for server in servers
        if not cannot_drive(client, server, workload)
    )


def cannot_drive(client: ClientSpec | str, server: ServerSpec, workload: Workload) -> str:
    """Return why a client can't drive a server in a workload, "" where it can.

    The floor speaks no WebSocket, and no client library lets its caller choose the fragments of a message.
    Only the instrument keeps connections open that are not measured.
    """
    client = client_of(client) if isinstance(client, str) else client
    able, other = client.can, not client.is_instrument
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
