"""What a load run of stages says: a row, a sentence and the thresholds of each stage."""

from __future__ import annotations

import pytest
from loads import load_run_of, plan_of, round_of, step_of
from wsbench.analysis.load import LoadAnalysis, analyse_load
from wsbench.plan.stages import RateStage
from wsbench.plan.thresholds import read_thresholds
from wsbench.records.load import LoadRun

STAGES = (RateStage(2, 0, 1_000, 20), RateStage(60, 1_000, 1_000, 80), RateStage(2, 1_000, 0, 20))
BEHIND = "900 of 1,000 msg/s were answered"


def run_of(*slo: str, rounds: int = 1, **of_the_second: object) -> LoadRun:
    """Return a run of three stages, the middle one 4 ms at the median; its step may be changed."""
    plan = plan_of("stages", stages=STAGES, rounds=rounds, thresholds=read_thresholds(slo), duration_s=64.0)
    made = [
        round_of(
            [
                step_of(number, 500, 2, stage=0),
                step_of(number, 1_000, 4, stage=1, **of_the_second),
                step_of(number, 500, 2, stage=2),
            ]
        )
        for number in range(rounds)
    ]
    return load_run_of(plan, made)


def said(*slo: str, **changes: object) -> LoadAnalysis:
    """Return what such a run says."""
    return analyse_load(run_of(*slo, **changes))


def test_stages_are_rows_in_their_order():
    """Two of one mean rate are told apart; each names what it was asked, its connections included."""
    rows = said().rows
    assert [(row.stage, row.rate, row.estimates["response_p50"].value / 1e6) for row in rows] == [
        (0, 500, pytest.approx(2)),
        (1, 1_000, pytest.approx(4)),
        (2, 500, pytest.approx(2)),
    ]
    assert [row.staged for row in rows] == ["1: 2s:0-1000@20", "2: 60s:1000@80", "3: 2s:1000-0@20"]
    assert [row.where for row in rows][:2] == [
        "in stage 1 (0–1,000 msg/s)",
        "in stage 2 (1,000 msg/s)",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "tornado keeps up in all 3 stages."),
        ({"missed": BEHIND}, f"tornado keeps up in stages 1, 3; does not keep up in stage 2: {BEHIND}."),
        (
            {"fault": "it was late"},
            "tornado keeps up in stages 1, 3; can't be judged in stage 2: it was late.",
        ),
    ],
)
def test_the_sentence(changes: dict[str, object], sentence: str):
    """It names the stages by their numbers."""
    assert said(rounds=4, **changes).headline == sentence


def test_thresholds_are_judged_in_each_stage_that_has_messages_enough():
    """A p99 takes 3,000: the ramps hold 1,000 each, and are judged by the rest alone."""
    found = said("p99=5ms", "errors=0").thresholds
    assert [(one.stage, one.threshold.name, one.outcome) for one in found] == [
        (0, "errors", "met"),
        (1, "p99", "missed"),
        (1, "errors", "met"),
        (2, "errors", "met"),
    ]
    assert said("p99=5ms", "errors=0").outcome == "missed"
    assert said("p99=9ms", "errors=0").outcome == "met"


def test_a_stage_that_was_missed_is_missed():
    """What every rate has to keep, every stage has to."""
    found = said("errors=0", missed=BEHIND, achieved=900.0).thresholds
    assert [(one.stage, str(one.threshold), one.reason) for one in found if one.outcome == "missed"] == [
        (1, "achieved ≥ 99 %", BEHIND)
    ]


@pytest.mark.parametrize(("rounds", "told"), [(1, True), (4, False)])
def test_one_round_says_what_it_rests_on(rounds: int, told: bool):
    """And how to get an interval."""
    notices = [one.text for one in said(rounds=rounds).notices]
    assert any("no interval between processes; --rounds 4" in text for text in notices) == told


@pytest.mark.parametrize("slo", [(), ("p99=50ms", "errors=0")])
def test_a_profile_that_was_stopped_before_its_end_has_no_rows(slo: tuple[str, ...]):
    """It is the run that has no answer, and it says so."""
    plan = run_of(*slo).header.plan
    found = analyse_load(load_run_of(plan, [], status="interrupted"))
    assert found.rows == ()
    assert found.invalid
    assert found.headline == "no round of tornado was finished: it was interrupted."
    assert found.outcome == "not judged"
