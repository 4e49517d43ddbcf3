"""What will be measured: cells, rounds, and the order of turns as a pure function of the seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from ..errors import UsageError
from .catalogue import CLIENTS, FLOOR, INSTRUMENT
from .gates import Comparison, Gates
from .spec import ServerSpec
from .workload import Workload

MS = 1_000_000  # ns


class Cell(msgspec.Struct, frozen=True):
    """One line of a table: who serves (a label), who drives, and what is sent."""

    server: str
    client: str
    workload: Workload

    def __str__(self) -> str:
        """Read like `tornado by wire, 64 B text, 1 connection, depth 1`: what margins are looked up by."""
        return f"{self.server} by {self.client}, {self.workload}"


class Pace(msgspec.Struct, frozen=True):
    """How a round's time is dealt out: turns per cell, and the length of a turn in ns.

    A latency turn is lengthened until the round holds `latency_samples` round trips of each cell.
    """

    latency_turns: int = 100
    latency_slice_ns: int = 3 * MS
    latency_samples: int = 3_200
    throughput_turns: int = 10
    throughput_slice_ns: int = 10 * MS  # many short ones: a disturbance spoils few, and trimming has a choice


class Plan(msgspec.Struct, frozen=True):
    """Everything a run depends on besides the machine. `budget_s` ends a run early; 0 means never.

    `comparison` is there where the run was made to decide something. With `explain` servers of ours record
    their pauses while they are driven, to be laid over the slowest messages.
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

    def name_of(self, label: str) -> str:
        """Return which contestant runs under a label; "" for a file or a URL of the user's."""
        return self.spec_of(label).name

    def spec_of(self, label: str) -> ServerSpec:
        """Return the server that runs under a label."""
        return next(spec for spec in self.servers if spec.label == label)


class Profile(msgspec.Struct, frozen=True):
    """A named, small choice of what to run."""

    about: str
    servers: tuple[str, ...]
    clients: tuple[str, ...]
    workloads: tuple[Workload, ...]
    rounds: int
    pace: Pace
    budget_s: float


_FIVE = ("tornado", "websockets", "aiohttp", "stdlib", "tcp")
_LATENCY, _WIDE, _DEEP = Workload(), Workload(connections=16), Workload(depth=32)

PROFILES = {
    "quick": Profile(
        "wire only; latency and 16 connections; within 30 s",
        servers=_FIVE,
        clients=("wire",),
        workloads=(_LATENCY, _WIDE),
        rounds=6,
        pace=Pace(latency_turns=80),
        budget_s=30,
    ),
    "default": Profile(
        "three clients; latency, 16 connections, depth 32; within 120 s",
        servers=_FIVE,
        clients=("wire", "websockets", "ws4py"),
        workloads=(_LATENCY, _WIDE, _DEEP),
        rounds=8,
        pace=Pace(),
        budget_s=120,
    ),
    "thorough": Profile(
        "every client, 20 rounds, p99.9; about an hour",
        servers=_FIVE,
        clients=("wire", "websockets", "aiohttp", "tornado", "picows", "ws4py"),
        workloads=(_LATENCY, _WIDE, _DEEP),
        rounds=20,
        pace=Pace(latency_turns=250, latency_samples=31_000, throughput_turns=30),
        budget_s=0,
    ),
}

GATE = Profile(
    "base and candidates side by side; 16 connections beside the round trip; within a minute",
    servers=(),
    clients=(INSTRUMENT,),
    workloads=(_LATENCY, _WIDE),
    rounds=16,
    pace=Pace(throughput_turns=20),
    budget_s=0,
)
"""What `compare` and `check` measure unless told otherwise."""

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

    The floor speaks no WebSocket, and no client library lets one say where a message is cut into fragments.
    Connections that nobody measures are held by the instrument alone.
    """
    able = CLIENTS[client].can
    if client != INSTRUMENT and server.name == FLOOR:
        return f"{FLOOR} speaks plain TCP, so only {INSTRUMENT} can drive it: add --client {INSTRUMENT}"
    if client != INSTRUMENT and workload.fragments > 1:
        return f"{client} can't send fragments: add --client {INSTRUMENT}"
    if client != INSTRUMENT and workload.others:
        return f"{client} holds no connections beside those it measures: add --client {INSTRUMENT}"
    if server.tls and "tls" not in able:
        return f"{client} can't connect over TLS"
    if server.deflate and "deflate" not in able:
        return f"{client} has no permessage-deflate"
    return ""


def blocks(plan: Plan, number: int) -> list[list[int]]:
    """Return round `number`'s turns: blocks of cell indices, each block in a freshly shuffled order.

    Every latency cell has one turn in every block; throughput turns are spread evenly over the blocks, so
    that the n-th turns of two cells with one goal always lie in the same block, milliseconds apart. Nobody
    has two turns in a row across the border of blocks, where a third is there to go between: a server that
    runs right after itself finds its caches warm, and is some percent cheaper (docs/method.md).
    """
    rng = random.Random(f"blocks:{plan.seed}:{number}")
    latency = [index for index, cell in enumerate(plan.cells) if cell.workload.goal == "latency"]
    throughput = [index for index, cell in enumerate(plan.cells) if cell.workload.goal == "throughput"]
    count = plan.pace.latency_turns if latency else plan.pace.throughput_turns
    wide = plan.pace.throughput_turns
    places = Counter((2 * turn + 1) * count // (2 * wide) for turn in range(wide))
    found: list[list[int]] = []
    for block in range(count):
        turns = latency + throughput * places[block]
        rng.shuffle(turns)
        if found and len(set(turns)) > 2 and turns[0] == found[-1][-1]:
            place = rng.choice([at for at, index in enumerate(turns) if index != turns[0]])
            turns[0], turns[place] = turns[place], turns[0]
        found.append(turns)
    return found


def shuffled(labels: Sequence[str], plan: Plan, number: int) -> list[str]:
    """Return the order in which round `number` starts its processes."""
    order = list(labels)
    random.Random(f"start:{plan.seed}:{number}").shuffle(order)
    return order


def round_environment(plan: Plan, number: int) -> dict[str, str]:
    """Return the environment variables that vary the memory layout between rounds, alike for all arms."""
    return varied_environment(plan.seed, number)


def varied_environment(seed: int, number: int) -> dict[str, str]:
    """Return the environment variables that vary the memory layout in round `number` of a seed."""
    rng = random.Random(f"environment:{seed}:{number}")
    return {
        "PYTHONHASHSEED": str(rng.randrange(1, 2**32)),
        "WSBENCH_PADDING": "x" * rng.randrange(4096),
    }
