"""Whether a stage of a profile was kept up with: judged against what was due in it."""

from __future__ import annotations

import pytest
from loads import SECOND, plan_of, report_of
from wsbench.plan.stages import RateStage
from wsbench.records.rates.report import AgentReport
from wsbench.records.steps import merged, merged_stages

MS = 1_000_000
STAGES = (RateStage(2, 0, 1_000), RateStage(2, 1_000, 1_000), RateStage(2, 1_000, 0))
PLAN = plan_of("stages", stages=STAGES, duration_s=6.0, ramp_s=0.0)


def part(due: int, answered: int, *, ms: float = 1, **changes: object) -> AgentReport:
    """Return what an agent saw of a stage of two seconds."""
    return report_of([round(ms * MS)] * due, answered=answered, **changes)


@pytest.mark.parametrize(
    ("stage", "ms", "due", "answered", "missed"),
    [
        (0, 1, 1_000, 1_000, False),
        (0, 100, 1_000, 904, False),  # at its end 100 ms of nearly 1,000 msg/s are in flight: 97.5
        (0, 100, 1_000, 890, True),
        (0, 1, 1_000, 904, True),  # with quick replies that many can't be
        (1, 100, 2_000, 2_000, False),
        (1, 100, 2_000, 1_990, False),  # as many come in as go out, but for 2.5 of the ramp before
        (1, 100, 2_000, 1_950, True),
        (2, 100, 1_000, 1_095, False),  # replies of the stage before come in
        (2, 100, 1_000, 980, True),
    ],
)
def test_stages_are_judged_by_what_was_due_in_them(
    stage: int, ms: float, due: int, answered: int, missed: bool
):
    """What is in flight at either end is no fault of the server's, and no more than that is excused."""
    found = merged(PLAN, 0, STAGES[stage].rate, [part(due, answered, ms=ms)], stage)
    assert bool(found.missed) == missed
    assert (found.stage, found.rate, found.achieved) == (stage, STAGES[stage].rate, answered / 2)


def test_a_ramp_that_is_too_much_is_missed():
    """The queue at its end is far longer than what is in flight at the usual response time."""
    usual = [2 * MS] * 900 + [round(500 * MS * share / 100) for share in range(1, 101)]
    report = report_of(usual, answered=1_000 - 250)
    assert merged(PLAN, 0, 500, [report], 0).missed == "375 of 500 msg/s were answered"
    assert not merged(PLAN, 0, 500, [report_of([20 * MS] * 1_000, answered=985)], 0).missed


def test_all_stages_of_all_agents():
    """Each agent's parts are put together stage by stage."""
    parts = tuple(part(500, 500) for _ in STAGES)
    whole = report_of([MS], parts=parts)
    steps = merged_stages(PLAN, 3, [whole, whole])
    assert [(one.stage, one.scheduled, one.rate) for one in steps] == [
        (0, 1_000, 500),
        (1, 1_000, 1_000),
        (2, 1_000, 500),
    ]
    assert [one.round for one in steps] == [3, 3, 3]


def test_a_stage_that_was_not_reached_is_missed():
    """The profile was given up before: nothing of it was sent."""
    gone = report_of([], begun_ns=SECOND, ended_ns=SECOND, aborted=True)
    found = merged(PLAN, 0, 500, [gone], 2)
    assert (found.missed, found.fault) == ("it was given up before this began", "")
