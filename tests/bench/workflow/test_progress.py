"""What the person at the terminal sees while a run goes on."""

from __future__ import annotations

import io

import pytest
from count_runs import count_run_of
from load_runs import plan_of
from loads import step_of
from rich.console import Console
from runs import run_of
from wsbench.plan.count import CountPlan
from wsbench.plan.load import LoadPlan
from wsbench.plan.run import Plan
from wsbench.records.common import Failure
from wsbench.records.events import Event, Failed, Refused, RoundDone, Stage, Stepped, Turn
from wsbench.workflow.progress import Bar, LoadBar, RunBar, listener

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


LOAD_EVENTS: list[Event] = [
    Stage("verifying tornado"),
    Stepped(step_of(0, 2_000, 0.045, holds=True), 1, 4),
    Stepped(step_of(0, 20_000, 0.045, missed="14,310 of 20,000 msg/s were answered"), 2, 4),
    Stepped(step_of(0, 0, 0.045), 3, 4),
    Stepped(step_of(0, 300, 0.045, touched=("p99",), errors={"no reply": 2, "closed 1006": 1}), 4, 4),
    RoundDone(0, 1.5),
]


def shown(
    plan: Plan | LoadPlan | CountPlan,
    *,
    terminal: bool,
    quiet: bool = False,
    events: list[Event] = EVENTS,
) -> str:
    """Return what a listener prints for some events at 80 columns."""
    file = io.StringIO()
    listen = listener(plan, Console(file=file, force_terminal=terminal, width=80), quiet=quiet)
    for event in events:
        listen(event)
    if isinstance(listen, Bar):
        listen.stop()
    return file.getvalue()


def test_a_bar_shows_stage_round_cell_and_running_p50(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line has it all, and a failure stays on the screen."""
    monkeypatch.setattr("wsbench.workflow.progress.REDRAW_S", 0.0)
    text = shown(plan, terminal=True)
    assert "verifying tornado" in text
    assert "round 1/8 wire → tornado" in text
    assert "53.0 µs" in text
    assert "it [/died] [red]" in text


def test_a_bar_draws_from_no_thread_of_its_own(plan: Plan) -> None:
    """Nothing may run while a slice is timed."""
    bar = RunBar(plan, Console(file=io.StringIO(), force_terminal=True, width=80))
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


ENDED = [
    "round 1:     2,000 msg/s: 2,000 answered, p50 45.0 µs, p99 90.0 µs, 0 errors, limit held",
    "round 1:    20,000 msg/s: 20,000 answered, 0 errors, 14,310 of 20,000 msg/s were answered",
    "round 1:      full speed: 0 answered, 0 errors",
    "round 1:       300 msg/s: 300 answered, p50 45.0 µs, 3 errors, the client was late",
]
"""What the steps of `LOAD_EVENTS` come to."""


def test_a_bar_of_a_load_run_leaves_a_line_of_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays when the bar goes; no times where the rate was missed, or the client was late for them."""
    monkeypatch.setattr("wsbench.workflow.progress.REDRAW_S", 0.0)
    text = shown(plan_of(rounds=2), terminal=True, events=LOAD_EVENTS)
    assert "verifying tornado" in text
    assert all(line in text for line in ENDED)
    assert "round 1/2 step 2 of 4" in text
    assert "round 1 of 2 is saved" in text


def test_a_load_bar_counts_steps_over_all_rounds() -> None:
    """Half of the second of two rounds is three quarters of the way."""
    bar = LoadBar(plan_of(rounds=2), Console(file=io.StringIO(), force_terminal=True, width=80))
    try:
        bar(Stepped(step_of(1, 2_000, 0.045), 2, 4))
        (task,) = bar.progress.tasks
        assert (task.completed, task.total) == (6, 8)
    finally:
        bar.stop()


def test_a_load_run_without_a_terminal_says_a_line_a_step() -> None:
    """Logs get lines, no control characters; quiet is quiet."""
    said = shown(plan_of(rounds=2), terminal=False, events=LOAD_EVENTS)
    assert said.splitlines() == [*ENDED, "round 1 of 2 took 1.5 s"]
    assert shown(plan_of(rounds=2), terminal=True, quiet=True, events=LOAD_EVENTS) == ""


def test_rounds_of_counts_take_no_time_of_their_own() -> None:
    """Several are counted at once: the last one is done right after the one before it."""
    plan = count_run_of({"tornado": 400_000.0}).header.plan
    assert shown(plan, terminal=False, events=[RoundDone(1, 0.0)]) == f"round 2 of {plan.rounds} is counted\n"


@pytest.mark.parametrize("terminal", [False, True])
def test_why_a_load_run_failed_stays_on_the_screen(terminal: bool) -> None:
    """With the last words of the server: there is no row that could have them."""
    events: list[Event] = [Failed(Failure(0, "it [/died] [red]", ("one", "last [word]")))]
    text = shown(plan_of(), terminal=terminal, events=events)
    assert "tornado: it [/died] [red]" in text
    assert "  | one" in text
    assert "  | last [word]" in text


@pytest.mark.parametrize("terminal", [False, True])
def test_why_a_server_was_refused_is_said_once(plan: Plan, terminal: bool) -> None:
    """Not for each of its cells."""
    text = shown(plan, terminal=terminal, events=[Refused("tornado", "it [/died] [red]")])
    assert text.count("tornado: it [/died] [red]") == 1


def test_a_bar_obeys_no_name(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and hosts may be called anything."""
    monkeypatch.setattr("wsbench.workflow.progress.REDRAW_S", 0.0)
    assert r"verifying \x1b[5mx" in shown(plan, terminal=True, events=[Stage("verifying \x1b[5mx")])
