"""What is to be counted: which servers, doing what, by which instruments, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

import msgspec
from msgspec.structs import replace

from ..demand.workload import Wait, Workload
from ..targets.contract import START_S
from ..targets.spec import ServerSpec
from .margins import Comparison

Instrument = Literal["instructions", "allocations", "syscalls", "calls", "bare", "python"]
"""Each has processes of its own, for each changes what the others would see: valgrind's callgrind, the same
with massif, strace, the interpreter's profile hook, nothing at all (what the kernel and the collector count),
and callgrind with the interpreter's perf trampoline."""

INSTRUMENTS: tuple[Instrument, ...] = ("instructions", "allocations", "syscalls", "calls", "bare", "python")

USUAL = INSTRUMENTS[:5]
"""Those that count where nothing else is said: what `python` counts explains the first."""

INSIDE: frozenset[Instrument] = frozenset({"calls", "python"})
"""Those for which a server's own process has to tell something."""

NOT_TOLD = "counted only for servers of files"
"""Of what a server's own process counts (standalone/counters.py)."""

WARM, SHORT, LONG = 100, 50, 250
"""Messages before counting, and of the two windows. A count is the difference of both over that of their
messages, so that whatever does not grow with them cancels."""

REPETITIONS = 4
"""The fewest rounds that have an interval (stats/estimate.py)."""

MARGIN = 0.005
"""The margin of instructions, as a share: counts repeat within 0.01 to 0.2 % (docs/counting.md)."""

COUNT_TIMEOUT_S = 60.0
"""How long an answer may take, in s: under valgrind everything is 20 to 50 times slower."""


class CountCell(msgspec.Struct, frozen=True):
    """One line of a table: who serves (label), and what is sent, `workload.depth` messages at once."""

    server: str
    workload: Workload

    def __str__(self) -> str:
        """Read like `tornado, 64 B text, depth 1`: what margins are looked up by."""
        return f"{self.server}, {self.workload}"


class CountPlan(msgspec.Struct, frozen=True):
    """Everything that counts depend on besides the machine.

    A round counts every cell by every instrument in fresh processes; all processes of a round have the same
    hash seed and size of their environment, those of another round others. `warm`, `short` and `long` are
    messages: before counting, and of the two windows. `comparison` is set where counts are to decide, `graph`
    where it is to be kept who called whom.
    """

    servers: tuple[ServerSpec, ...]
    cells: tuple[CountCell, ...]
    seed: int
    rounds: int = REPETITIONS
    instruments: tuple[Instrument, ...] = USUAL
    warm: int = WARM
    short: int = SHORT
    long: int = LONG
    equal: bool = True
    timeout_s: float = COUNT_TIMEOUT_S
    start_timeout_s: float = START_S
    comparison: Comparison | None = None
    graph: bool = False

    client_wait: ClassVar[Wait] = "sleep"

    @property
    def silent(self) -> tuple[str, ...]:
        """The servers (labels) whose processes do not tell what they call: those of commands."""
        return tuple(spec.label for spec in self.servers if not spec.started_by_us)

    def jobs(self) -> Iterator[tuple[int, Instrument]]:
        """Yield what a round counts: each cell (index) by each instrument that can count it.

        What only a server's own process can tell is not counted of a command; sides of a comparison are
        counted alike.
        """
        silent = set(self.silent)
        for pair in self.comparison.pairs if self.comparison else ():
            silent |= {*pair} if silent & {*pair} else set()
        for instrument in self.instruments:
            for index, cell in enumerate(self.cells):
                if instrument not in INSIDE or cell.server not in silent:
                    yield index, instrument

    def spec_of(self, label: str) -> ServerSpec:
        """Return the server that runs under a label."""
        return next(spec for spec in self.servers if spec.label == label)

    def with_servers(self, specs: Sequence[ServerSpec]) -> Self:
        """Return the plan with its servers in the form of `specs`."""
        return replace(self, servers=tuple(specs))
