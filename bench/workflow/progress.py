"""What the person at the terminal sees while a run goes on.

Nothing is drawn while a slice is timed: there is no refresh thread, the bar is redrawn between turns, and at
most four times a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..escaping import terminal
from ..plan.count import CountPlan
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..plan.stages import stage_name
from ..records.common import Failure
from ..records.events import Counted, Event, Failed, Refused, RoundDone, Stage, Stepped, Ticked, Turn
from ..rendering.numbers import blamed, microseconds
from .load.steps import ended_line

REDRAW_S = 0.25

AnyPlan = Plan | LoadPlan | CountPlan


def listener(plan: AnyPlan, console: Console, *, quiet: bool) -> Callable[[Event], None]:
    """Return what listens to a run: a bar on a terminal, a line a round elsewhere, nothing when quiet."""
    if quiet:
        return lambda _event: None
    if console.is_terminal:
        if isinstance(plan, CountPlan):
            return CountBar(plan, console)
        return LoadBar(plan, console) if isinstance(plan, LoadPlan) else RunBar(plan, console)
    return lambda event: _say(plan, console, event)


def _say(plan: AnyPlan, console: Console, event: Event) -> None:
    match event:
        case Stepped(step, _, _):
            console.print(ended_line(step), markup=False, highlight=False, soft_wrap=True)
        case RoundDone(number, _) if isinstance(plan, CountPlan):  # it was begun with the one before it
            console.print(f"round {number + 1} of {plan.rounds} is counted")
        case RoundDone(number, seconds):
            console.print(f"round {number + 1} of {plan.rounds} took {seconds:.1f} s")
        case Failed(failure):
            console.print(terminal(_failed(plan, failure)), markup=False, highlight=False)
        case Refused(server, reason):
            console.print(terminal(blamed(server, reason)), markup=False, highlight=False)


def _failed(plan: AnyPlan, failure: Failure) -> str:
    """Return who failed and why; of a load run, which has no row for it, with its last words."""
    if isinstance(plan, LoadPlan):
        return "\n  | ".join([f"{plan.server.label}: {failure.reason}", *failure.stderr[-5:]])
    if isinstance(plan, CountPlan):
        return f"{plan.cells[failure.cell]}: {failure.reason}"
    cell = plan.cells[failure.cell]
    return f"{cell.server} by {cell.client} ({cell.workload}): {failure.reason}"


class Bar:
    """A progress bar with the time left; what a run or a load run says of itself is added to it.

    What failed stays on the screen.
    """

    def __init__(self, plan: AnyPlan, console: Console) -> None:
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
        """Show one event."""
        match event:
            case Stage(text):
                self._draw(text, force=True)
            case RoundDone(number, _):
                self._draw(f"round {number + 1} of {self.plan.rounds} is saved", force=True)
            case Failed(failure):
                self._tell(_failed(self.plan, failure))
            case Refused(server, reason):
                self._tell(blamed(server, reason))

    def _tell(self, line: str) -> None:
        """Print what stays."""
        self.progress.console.print(terminal(line), style="red", markup=False, highlight=False)

    def _advance(self, number: int, done: int, total: int, text: str) -> None:
        """Show that `done` of `total` parts of a round are finished."""
        done, total = number * total + done, total * self.plan.rounds
        self.progress.update(self.task, total=total, completed=done)
        self._draw(f"round {number + 1}/{self.plan.rounds} {text}", force=done == total)

    def _draw(self, text: str, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self.drawn >= REDRAW_S:
            self.drawn = now
            self.progress.update(self.task, description=terminal(text))
            self.progress.refresh()

    def stop(self) -> None:
        """Remove the bar."""
        self.progress.stop()


class RunBar(Bar):
    """Shows round, cell and its running p50."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self.cells = plan.cells
        super().__init__(plan, console)

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Turn() as turn:
                cell = self.cells[turn.cell]
                text = f"{cell.client} → {cell.server:10.10} p50 {microseconds(turn.p50_ns):>6} µs"
                self._advance(turn.round, turn.done, turn.turns, text)
            case _:
                super().__call__(event)


class LoadBar(Bar):
    """Shows round and step, and each second of one; a line for each step that is over stays."""

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Stepped(step, done, total):
                self.progress.console.print(ended_line(step), markup=False, highlight=False, soft_wrap=True)
                self._advance(step.round, done, total, f"step {done} of {total}")
            case Ticked():
                self._draw(second_line(event), force=True)
            case _:
                super().__call__(event)


def second_line(event: Ticked) -> str:
    """Return a second of the step under way in a line: asked and reached, times, errors."""
    second = event.second
    p50, p99 = (second.quantile(share) for share in (0.5, 0.99))
    times = f" p50 {microseconds(p50)} p99 {microseconds(p99)} µs" if p50 and p99 else ""
    errors = f" {second.errors:,} errors" if second.errors else ""
    where = f"round {event.round + 1} {stage_name(event.stage)}".rstrip()
    return f"{where} {second.at_s + 1} s: {second.answered:,} of {second.due:,} msg/s{times}{errors}"


class CountBar(Bar):
    """Shows round, server and what was counted of it last."""

    def __init__(self, plan: CountPlan, console: Console) -> None:
        self.cells = plan.cells
        super().__init__(plan, console)

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Counted() as one:
                text = f"{self.cells[one.cell].server:10.10} {one.instrument}"
                self._advance(one.round, one.done, one.total, text)
            case _:
                super().__call__(event)
