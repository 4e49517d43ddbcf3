"""What the person at the terminal sees while a run goes on."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from runs import run_of
from wsbench.faces.progress import Bar, listener
from wsbench.machine.events import Event, Failed, RoundDone, Stage, Turn
from wsbench.values.plan import Plan
from wsbench.values.schema import Failure

EVENTS: list[Event] = [
    Stage("verifying tornado"),
    Turn(0, 1, 2, 0, 52_100.0),
    Failed(Failure(1, "it [/died] [red]")),
    Turn(0, 2, 2, 0, 53_000.0),
    RoundDone(0, 1.5),
]


@pytest.fixture
def plan() -> Plan:
    """Return a plan with two cells."""
    return run_of({"tornado": 60.0, "tcp": 30.0}).header.plan


def shown(plan: Plan, *, terminal: bool, quiet: bool = False) -> str:
    """Return what a listener prints for EVENTS at 80 columns."""
    file = io.StringIO()
    listen = listener(plan, Console(file=file, force_terminal=terminal, width=80), quiet=quiet)
    for event in EVENTS:
        listen(event)
    if isinstance(listen, Bar):
        listen.stop()
    return file.getvalue()


def test_a_bar_shows_stage_round_cell_and_running_p50(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line has it all, and a failure stays on the screen."""
    monkeypatch.setattr("wsbench.faces.progress.REDRAW_S", 0.0)
    text = shown(plan, terminal=True)
    assert "verifying tornado" in text
    assert "round 1/8 wire → tornado" in text
    assert "53.0 µs" in text
    assert "it [/died] [red]" in text


def test_a_bar_draws_from_no_thread_of_its_own(plan: Plan) -> None:
    """Nothing may run while a slice is timed."""
    bar = Bar(plan, Console(file=io.StringIO(), force_terminal=True, width=80))
    try:
        assert bar.progress.live.auto_refresh is False
    finally:
        bar.stop()


def test_without_a_terminal_each_round_is_one_line(plan: Plan) -> None:
    """Logs get lines, no control characters."""
    text = shown(plan, terminal=False)
    assert "round 1 of 8 took 1.5 s" in text
    assert "tcp by wire" in text
    assert "\x1b" not in text


def test_quiet_is_quiet(plan: Plan) -> None:
    """Not a character."""
    assert shown(plan, terminal=True, quiet=True) == ""
