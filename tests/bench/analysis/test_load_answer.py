"""The answer in a sentence: times and per cent in words; `test_load.py` has the sentences of whole runs."""

from __future__ import annotations

import math

import pytest
from load_runs import plan_of, row_of
from loads import round_of, step_of
from wsbench.analysis.load_answer import Whole, about, answer, in_time
from wsbench.facts.notices import Notice
from wsbench.plan.load import LoadPlan
from wsbench.stats.estimate import Estimate

ROUNDS = [round_of([step_of(number, 500, 1)], capacity=5.0) for number in range(6)]
NOTHING = Whole(None, None, None)
RATE, SWEEP, SLO = plan_of(rates=(500.0,)), plan_of(), plan_of(slo=("p99=5ms", "max=50ms"))


def exact(value: float, share: float = 0.02) -> Estimate:
    """Return an estimate with an interval of that share."""
    return Estimate(value, value * (1 - share), value * (1 + share), 6)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.02, ", ±2 %"), (0.021, ", ±3 %"), (0.004, ", ±0.4 %"), (0.0001, ", ±0.1 %"), (0.5, ", ±50 %")],
)
def test_an_interval_in_per_cent_is_rounded_up(share: float, text: str) -> None:
    """It may promise no more than was found."""
    assert about(exact(46_900, share)) == text


def test_without_an_interval_there_are_no_per_cent() -> None:
    """Nor of 0."""
    assert about(Estimate(5.0, 0.0, math.inf, 1)) == ""
    assert about(Estimate(0.0, 0.0, 0.0, 6)) == ""


@pytest.mark.parametrize(
    ("ns", "text"),
    [(59_640, "59.6 µs"), (999_960, "1,000 µs"), (1_234_000, "1.23 ms"), (1_234_000_000, "1,234 ms")],
)
def test_times_have_three_digits(ns: float, text: str) -> None:
    """In the unit that a person would choose."""
    assert in_time(ns) == text


@pytest.mark.parametrize(
    ("plan", "whole", "rounds", "text"),
    [
        (
            *(SLO, Whole(exact(46_900), None, None), 6),
            "tornado carries 46,900 msg/s with p99 ≤ 5 ms and max ≤ 50 ms, ±2 %",
        ),
        (
            *(SLO, Whole(Estimate(46_900, 0, math.inf, 2), None, None), 2),
            "tornado carries 46,900 msg/s with p99 ≤ 5 ms and max ≤ 50 ms;"
            " without an interval, for that takes 4 rounds",
        ),
        (
            *(SWEEP, Whole(None, exact(9_000), Estimate(8_000, 7_000, math.inf, 6)), 6),
            "tornado answers 9,000 msg/s at most, ±2 %; its knee is at 8,000 msg/s or more",
        ),
        (SWEEP, NOTHING, 6, "tornado answers an unknown number of messages at most"),
    ],
)
def test_each_question_has_its_sentence(plan: LoadPlan, whole: Whole, rounds: int, text: str) -> None:
    """With the interval, or why there is none."""
    assert answer(plan, ROUNDS[:rounds], [], whole, (), "complete") == text


@pytest.mark.parametrize(
    ("plan", "rounds", "text"),
    [
        (RATE, 0, "no round of tornado was finished: the machine burnt"),
        (RATE, 6, "what tornado does can't be told: the machine burnt"),
        (SWEEP, 6, "what tornado does can't be told: the machine burnt"),
        (SLO, 6, "how much tornado carries with p99 ≤ 5 ms and max ≤ 50 ms can't be told: the machine burnt"),
    ],
)
def test_a_control_that_failed_is_the_answer(plan: LoadPlan, rounds: int, text: str) -> None:
    """Nothing else is said."""
    notices = (Notice("a note"), Notice("the machine burnt", invalid=True))
    assert answer(plan, ROUNDS[:rounds], [row_of(500)], NOTHING, notices, "complete") == text


def test_a_sweep_names_the_shares_that_can_not_be_judged() -> None:
    """Those under its top."""
    rows = [row_of(500, share=0.5, late="late", withheld=("p50",)), row_of(900, share=1.0, fault="alone")]
    said = answer(SWEEP, ROUNDS, [*rows, row_of(0, fault="lost")], NOTHING, (), "complete")
    assert said.endswith("; can't be judged at 500 and full speed: late")
