"""Several servers at rates: rounds that take turns over the servers, each with a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from msgspec.structs import replace
from rich.console import Console

from ... import hiding
from ...conformance.gate import Tried
from ...plan.load import LoadPlan
from ...plan.storable import storable
from ...records.common import Closing, Failure, Status
from ...records.events import Event
from ...records.load import LoadHeader, LoadRound, LoadRun, LoadStep, run_of_lines
from ...records.quoted import retold
from ...runner.load import LoadRunner
from ..measure import following, head_of
from .measure import ready_load
from .steps import say_of

Keep = Callable[[LoadRound | LoadStep | Closing], None]


def measure_in_turns(
    plans: Sequence[LoadPlan], *, label: str, out: Path | None, quiet: bool
) -> list[LoadRun]:
    """Measure servers at rates, a round of each in turn, another one first each time; store each by itself.

    A server that fails is left out from then on. Raises `UsageError`.
    """
    plans = [ready_load(plan, quiet=quiet) for plan in plans]
    with ExitStack() as stack:
        sides = [stack.enter_context(_Side(plan, label, out, quiet=quiet)) for plan in plans]
        for number, side in _turns(sides):
            side.take_turn(number)
            if side.status == "interrupted":
                break
    return [side.run for side in sides]


def _turns(sides: Sequence[_Side]) -> Iterator[tuple[int, _Side]]:
    """Yield whose turn it is in which round; in each round another one is first."""
    for number in range(max(side.plan.rounds for side in sides)):
        first = number % len(sides)
        yield from ((number, side) for side in (*sides[first:], *sides[:first]))


class _Side:
    """One of the servers: its plan, its file, and what it has so far."""

    def __init__(self, plan: LoadPlan, label: str, out: Path | None, *, quiet: bool) -> None:
        self.plan, self.out, self.quiet = plan, out, quiet
        self.header = LoadHeader(*head_of(label), plan=storable(plan))
        self.lines: list[LoadRound | LoadStep] = []
        self.closing: Closing | None = None
        self.tried: dict[str, Tried] = {}
        self.files = ExitStack()

    def __enter__(self) -> Self:
        """Open its file."""
        shown = self.files.enter_context(following(self.plan, self.header, self.lines, self.out, quiet=True))
        self.save: Keep = shown[1]
        console = Console(stderr=True)
        self.hear: Callable[[Event], None] = lambda event: (
            None if self.quiet else say_of(self.plan, console, retold(event, hiding.told))
        )
        return self

    def __exit__(self, *problem: object) -> None:
        """Write how it ended, and close the file."""
        status = self.status
        if self.closing and status == "complete" and len(self.rounds) < self.plan.rounds:
            self.closing = replace(self.closing, status="interrupted")  # another one was, after its turn
        if self.closing:
            self.save(self.closing)
        else:  # its turn never came
            self.closing = Closing(datetime.now(UTC).isoformat(timespec="seconds"), "interrupted")
        self.files.close()

    @property
    def rounds(self) -> tuple[LoadRound, ...]:
        """The rounds that are finished."""
        return tuple(line for line in self.lines if isinstance(line, LoadRound))

    @property
    def status(self) -> Status | None:
        """How its last turn ended, None before the first."""
        return self.closing.status if self.closing else None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed in its last turn."""
        return self.closing.failures if self.closing else ()

    def take_turn(self, number: int) -> None:
        """Measure round `number`, unless something went wrong in one before, or it has all its rounds."""
        if number >= self.plan.rounds or self.status not in {None, "complete"}:
            return
        runner = LoadRunner(replace(self.plan, rounds=number + 1), self.hear, self._keep)
        runner.tried = self.tried
        if number:
            runner.go_on(self.rounds, lambda _label, _proof: None)
        self.closing = runner.run()

    def _keep(self, line: LoadRound | LoadStep | Closing) -> None:
        """Save what is measured; how a turn ends is no end of the run."""
        if not isinstance(line, Closing):
            self.save(line)

    @property
    def run(self) -> LoadRun:
        """What there is of it, as its file has it."""
        closing = retold(self.closing, hiding.told) if self.closing else None
        return run_of_lines(self.header, self.lines, closing)
