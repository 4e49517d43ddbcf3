"""What the person at the terminal sees while a run goes on.

Nothing is drawn while a slice is timed: there is no refresh thread, the bar is redrawn between turns, and at
most four times a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..machine.events import Event, Failed, RoundDone, Stage, Turn
from ..values.plan import Plan
from .tables import microseconds

REDRAW_S = 0.25


def listener(plan: Plan, console: Console, *, quiet: bool) -> Callable[[Event], None]:
    """Return what listens to a run: a bar on a terminal, a line a round elsewhere, nothing when quiet."""
    if quiet:
        return lambda _event: None
    if console.is_terminal:
        return Bar(plan, console)
    return lambda event: _say(plan, console, event)


def _say(plan: Plan, console: Console, event: Event) -> None:
    match event:
        case RoundDone(number, seconds):
            console.print(f"round {number + 1} of {plan.rounds} took {seconds:.1f} s")
        case Failed(failure):
            console.print(_failed(plan, failure.cell, failure.reason), markup=False, highlight=False)


def _failed(plan: Plan, index: int, reason: str) -> str:
    cell = plan.cells[index]
    return f"{cell.server} by {cell.client} ({cell.workload}): {reason}"


class Bar:
    """A progress bar with the round, the cell, its running p50 and the time left."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self.plan = plan
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TimeRemainingColumn(compact=True),
            console=console,
            auto_refresh=False,
            expand=True,
            transient=True,
        )
        self.task: TaskID = self.progress.add_task("starting", total=None)
        self.drawn = 0.0
        self.progress.start()

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Stage(text):
                self._draw(text, force=True)
            case Turn() as turn:
                self._turn(turn)
            case Failed(failure):
                line = _failed(self.plan, failure.cell, failure.reason)
                self.progress.console.print(line, style="red", markup=False, highlight=False)
            case RoundDone(number, _):
                self._draw(f"round {number + 1} of {self.plan.rounds} is saved", force=True)

    def _turn(self, turn: Turn) -> None:
        cell = self.plan.cells[turn.cell]
        text = f"round {turn.round + 1}/{self.plan.rounds} {cell.client} → {cell.server:10.10}"
        total = turn.turns * self.plan.rounds
        done = turn.round * turn.turns + turn.done
        self.progress.update(self.task, total=total, completed=done)
        self._draw(f"{text} p50 {microseconds(turn.p50_ns):>6} µs", force=done == total)

    def _draw(self, text: str, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self.drawn >= REDRAW_S:
            self.drawn = now
            self.progress.update(self.task, description=text)
            self.progress.refresh()

    def stop(self) -> None:
        """Take the bar away."""
        self.progress.stop()
