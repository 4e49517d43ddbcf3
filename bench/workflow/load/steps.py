"""What is said of each step of a load run as it ends."""

from __future__ import annotations

from rich.console import Console

from ...escaping import terminal
from ...facts.load_steps import errors_of
from ...plan.load import LoadPlan
from ...plan.stages import stage_name
from ...records.events import Event, Failed, Stepped
from ...records.load import Step
from ...rendering.step_line import step_line


def ended_line(step: Step) -> str:
    """Return what a step came to: how it went, and what its times are withheld for."""
    hidden = step.fault or step.missed
    times = {name: ns for name, ns in step.response_ns.items() if not hidden and name not in step.touched}
    late = "the client was late" if step.touched else ""
    stage = f", {stage_name(step.stage)}" if step.stage is not None else ""
    return step_line(
        f"round {step.round + 1}{stage}",
        step.rate,
        step.achieved,
        times if step.rate else {},
        sum(errors_of([step]).values()),
        held=step.holds if step.rate else None,
        doubt=terminal(hidden) or late,
    )


def say_of(plan: LoadPlan, console: Console, event: Event) -> None:
    """Print a line for a step that ended, or what failed, of one server of several."""
    label = plan.server.label
    if isinstance(event, Stepped):
        line = f"{label}, {ended_line(event.step)}"
    elif isinstance(event, Failed):
        line = "\n  | ".join([f"{label}: {event.failure.reason}", *event.failure.stderr[-5:]])
    else:
        return
    console.print(terminal(line), markup=False, highlight=False, soft_wrap=True)
