"""The lines of a result file: a header, one line per finished round, a closing line."""

from __future__ import annotations

import msgspec

from ..plan.run import Plan
from .common import AnyHeader, AnyRun, Closing, Failure, Handshake, Proof


class Fairness(msgspec.Struct, frozen=True):
    """How evenly the connections of a cell were served in one round.

    `jain` is Jain's index of the replies per connection (Jain, Chiu, Hawe 1984), mean over slices: 1 where
    all got as many, 1/n where one got all. `slowest` is the share of the mean that the connection with the
    fewest replies of the round got; `starved` is the most connections of any slice that got none. Slices
    with few replies for each connection count as one.
    """

    jain: float
    slowest: float
    starved: int


class ConnectionCost(msgspec.Struct, frozen=True):
    """What many connections cost the server of a cell, in one round.

    `steps` are pairs of connections open and resident bytes of its process, from before the first to after
    the last; [] where the process is not ours. `connect_ns` is the time that all handshakes together took,
    `held` the resident bytes a moment after all were closed, None where unknown.
    """

    connections: int
    connect_ns: int
    steps: tuple[tuple[int, int], ...] = ()
    held: int | None = None


class Slow(msgspec.Struct, frozen=True):
    """What the server was doing while the slowest messages of a round were under way.

    `messages` took `beyond_ns` or longer; `during_gc` of them met a garbage collection of the server, and
    `during_stall` of the others a moment at which its event loop did not turn.
    """

    messages: int
    beyond_ns: int
    during_gc: int
    during_stall: int


class CellRecord(msgspec.Struct, frozen=True):
    """One cell in one round.

    `latencies` counts the timed round trips behind `quantiles_ns`; CPU times cover `exchanged` messages,
    which include the untimed first and last ones of each slice. `medians_ns` has one entry per slice, and so
    have `rates` (msg/s) and `server_cpus_ns` (per message; empty where unknown); `histogram` is an
    HdrHistogram (V2, base64) of the round trips in ns. `flown_ns` is the time all messages together were in
    flight during `elapsed_ns`, those included that were not answered within it. `repeated` turns were
    taken anew because other programs had a core meanwhile, `disturbed` of those kept were so all the same.
    `pushed` messages came that were no replies, `twice` of them with what an earlier reply said. Where
    nothing came back, `latencies` counts the messages that were read, and there is no time of any.
    """

    cell: int
    latencies: int
    exchanged: int
    elapsed_ns: int
    flown_ns: int
    mean_ns: float
    max_ns: int
    quantiles_ns: dict[str, float]
    medians_ns: tuple[float, ...]
    rates: tuple[float, ...]
    server_cpus_ns: tuple[float, ...]
    server_cpu_ns: int | None
    client_cpu_ns: int
    busy_ns: int
    handshake: Handshake
    histogram: str
    fairness: Fairness | None = None
    crowd: ConnectionCost | None = None
    slow: Slow | None = None
    repeated: int = 0
    disturbed: int = 0
    pushed: int = 0
    twice: int = 0


class Header(AnyHeader, frozen=True, tag_field="line", tag="header"):
    """The first line of a run side by side."""

    plan: Plan


class Round(msgspec.Struct, frozen=True, tag_field="line", tag="round"):
    """One finished round; `servers` and `clients` prove what ran, `rss` is in bytes after the last slice.

    `steal` is the share of the cores' time the host took, `awake` whether both cores were kept awake to the
    end, `lapses` why they were not though they were to be, a line a core. `swapped` counts the pages of
    memory that went out to disk or came back. `processes` is how many each server had that was a command.
    """

    number: int
    seconds: float
    cells: tuple[CellRecord, ...]
    failures: tuple[Failure, ...] = ()
    servers: dict[str, Proof] = {}
    clients: dict[str, Proof] = {}
    rss: dict[str, int] = {}
    steal: float = 0.0
    awake: bool = False
    swapped: int = 0
    processes: dict[str, int] = {}
    lapses: tuple[str, ...] = ()


Line = Header | Round | Closing


class Run(AnyRun[Header, Round], frozen=True):
    """A whole run of servers side by side."""
