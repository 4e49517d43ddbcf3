"""Thresholds of load runs made by hand: met, missed, not to be told, not to be judged."""

from __future__ import annotations

import pytest
from loads import load_run_of, plan_of, report_of, round_of, step_of
from wsbench.plan.thresholds import read_thresholds
from wsbench.records.common import Failure
from wsbench.records.load import LoadRun, Step
from wsbench.stats.histogram import encode
from wsbench.verdicts.thresholds import Judged, gravest_outcome, judge_thresholds

FACTORS = (1.00, 1.02, 0.99, 1.01, 0.98, 1.03)
RATE = 2_000.0
BEHIND = "1,500 of 2,000 msg/s were answered"


def held(*slo: str, steps: list[Step] | None = None, **plan: object) -> LoadRun:
    """Return a run that held one rate with these thresholds, by default with a p99 of about 2 ms."""
    steps = steps or [step_of(number, RATE, factor) for number, factor in enumerate(FACTORS)]
    made = plan_of(rates=(RATE,), thresholds=read_thresholds(slo), **plan)
    return load_run_of(made, [round_of([step]) for step in steps])


def steps(**changes: object) -> list[Step]:
    """Return a step for each round, all changed alike."""
    return [step_of(number, RATE, factor, **changes) for number, factor in enumerate(FACTORS)]


def found(*slo: str, steps: list[Step] | None = None, **plan: object) -> list[tuple[str, str]]:
    """Return each threshold with what came of it."""
    return [(str(one.threshold), one.outcome) for one in judge_thresholds(held(*slo, steps=steps, **plan))]


@pytest.mark.parametrize(
    ("slo", "outcome"),
    [
        ("p99=5ms", "met"),
        ("p99=1.9ms", "missed"),
        ("p99=2.01ms", "can't tell"),
        ("p50=1us", "missed"),
        ("mean=2ms", "met"),
        ("errors=0", "met"),
        ("errors=0.1%", "met"),
        ("achieved=99%", "met"),
        ("achieved=2001", "missed"),
    ],
)
def test_an_interval_on_one_side_decides(slo: str, outcome: str) -> None:
    """All of it has to lie there; which side is the good one, the table of metrics knows."""
    assert [one for _, one in found(slo)] == [outcome]


def test_every_rate_has_a_line_for_each_threshold() -> None:
    """In the order of the plan, with what was measured."""
    rounds = [round_of([step_of(n, 500, f), step_of(n, 900, 4 * f)]) for n, f in enumerate(FACTORS)]
    plan = plan_of(rates=(500.0, 900.0), thresholds=read_thresholds(["p99=5ms", "p50=5ms"]))
    judged = judge_thresholds(load_run_of(plan, rounds))
    assert [(one.rate, one.threshold.name, one.outcome) for one in judged] == [
        (500, "p99", "met"),
        (500, "p50", "met"),
        (900, "p99", "missed"),
        (900, "p50", "met"),
    ]
    assert judged[2].measured is not None
    assert judged[2].measured.value == pytest.approx(8e6, rel=0.02)


@pytest.mark.parametrize(
    ("factors", "outcome"),
    [((1.0,), "met"), ((3.0,), "missed"), ((1.0, 1.1), "met"), ((1.0, 3.0), "can't tell")],
)
def test_with_too_few_rounds_for_an_interval_all_must_agree(factors: tuple[float, ...], outcome: str) -> None:
    """One round decides as it is; p99 is twice the median, and is to stay under 5 ms."""
    made = [step_of(number, RATE, factor) for number, factor in enumerate(factors)]
    assert [one for _, one in found("p99=5ms", steps=made)] == [outcome]


def test_quantiles_are_those_of_the_histogram() -> None:
    """Of every message of the window, held to the three digits that it keeps."""
    response = encode([1_000_000] * 9_998 + [7_000_050] * 2)
    made = steps(response=response)
    assert found("p95=1ms", "p99.99=7ms", "max=7.1ms", steps=made) == [
        ("p95 ≤ 1 ms", "met"),
        ("p99.99 ≤ 7 ms", "met"),
        ("max ≤ 7.1 ms", "met"),
    ]
    assert found("p99.99=6.9ms", "max=6ms", steps=made) == [
        ("p99.99 ≤ 6.9 ms", "missed"),
        ("max ≤ 6 ms", "missed"),
    ]


def test_a_server_that_falls_behind_misses_every_response_time() -> None:
    """Its queue grows as long as the step lasts; that it did not keep up has a line of its own."""
    made = steps(achieved=1_500.0, missed=BEHIND)
    judged = judge_thresholds(held("p99=5ms", "errors=0", steps=made))
    assert [(str(one.threshold), one.outcome) for one in judged] == [
        ("p99 ≤ 5 ms", "missed"),
        ("errors ≤ 0 %", "met"),
        ("achieved ≥ 99 %", "missed"),
    ]
    assert judged[0].reason == f"the server did not keep up: {BEHIND}"
    assert judged[2].measured is not None


def test_who_asks_for_less_gets_it_judged() -> None:
    """A share that was named stands in the place of the 99 % that every rate has to keep."""
    assert found("achieved=70%", steps=steps(achieved=1_500.0, missed=BEHIND)) == [("achieved ≥ 70 %", "met")]


def test_what_a_burst_adds_is_asked_for_too() -> None:
    """99 % are of all that was offered."""
    for answered, outcome in ((2_000.0, "missed"), (2_190.0, "met")):
        assert found("achieved=99%", steps=steps(achieved=answered), burst=200) == [
            ("achieved ≥ 99 %", outcome)
        ]


def test_who_keeps_just_99_percent_keeps_up() -> None:
    """What was missed then is the messages without a reply."""
    made = steps(achieved=0.99 * RATE, unanswered=1, missed="1 of 4,000 messages got no reply")
    assert found("p99=5ms", steps=made) == [("p99 ≤ 5 ms", "met"), ("errors ≤ 0 %", "missed")]


def test_messages_without_a_reply_are_errors() -> None:
    """They count whether or not somebody asks; their share over all rounds has an interval, untrimmed."""
    made = steps()
    made[3] = step_of(3, RATE, 1.01, unanswered=4, missed="4 of 4,000 messages got no reply")
    assert found("p99=5ms", steps=made) == [("p99 ≤ 5 ms", "met"), ("errors ≤ 0 %", "missed")]
    assert found("errors=1%", steps=made) == [("errors ≤ 1 %", "met")]
    assert found("errors=0.02%", steps=made) == [("errors ≤ 0.02 %", "can't tell")]
    assert found("errors=0", steps=made) == [("errors ≤ 0 %", "missed")]


def test_no_error_in_few_messages_is_not_none_in_many() -> None:
    """Of 24,000 messages none was lost: fewer than 3 in 24,000 are, and no less is sure."""
    assert found("errors=0.01%") == [("errors ≤ 0.01 %", "can't tell")]
    assert found("errors=0.013%") == [("errors ≤ 0.013 %", "met")]


def test_a_late_client_judges_nobody() -> None:
    """Not even what it measured as too slow."""
    made = steps(fault="the client sent 1 % of the messages over 900 µs late")
    (judged,) = judge_thresholds(held("p99=1us", steps=made))
    assert (judged.outcome, judged.measured) == ("not judged", None)
    assert "900 µs late" in judged.reason


def test_a_late_client_voids_only_what_was_missed() -> None:
    """Lateness is part of what was measured; another fault, or a server that fell behind, voids all."""
    late = "the client sent a message 21 µs late; 20 µs are acceptable here"
    slo, met = ("max=1us", "p99=5ms", "errors=0", "achieved=90%"), ["not judged", "met", "met", "met"]
    voided = ["not judged"] * 4
    for changes, expected in (
        ({"fault": late}, met),
        ({"fault": "the agents ran together for only 80 % of the time"}, voided),
        ({"fault": late, "missed": BEHIND}, voided),
    ):
        assert [one for _, one in found(*slo, steps=steps(**changes))] == expected


def test_a_run_that_failed_judges_nobody() -> None:
    """The control's sentence is the reason; without a round there is nothing at all."""
    run = held("p99=5ms")
    failed = load_run_of(run.header.plan, run.rounds, status="failed", failures=[Failure(-1, "it died")])
    (judged,) = judge_thresholds(failed)
    assert (judged.outcome, judged.reason) == ("not judged", "a round failed: it died")
    assert judge_thresholds(load_run_of(run.header.plan, [])) == ()


@pytest.mark.parametrize(
    ("capacities", "outcome"),
    [
        ((2_100, 2_120, 2_090, 2_110, 2_080, 2_130), "met"),
        ((1_900, 1_920, 1_890, 1_910, 1_880, 1_930), "missed"),
        ((1_900, 2_120, 1_990, 2_010, 1_980, 2_030), "can't tell"),
        ((2_100, None, 2_090, 2_110, 2_080, 2_130), "can't tell"),
        ((None,) * 6, "missed"),
    ],
)
def test_a_capacity_is_found_and_judged(capacities: tuple[float | None, ...], outcome: str) -> None:
    """2,000 msg/s were asked for; where no rate holds that is an answer too."""
    rounds = [
        round_of([step_of(number, (one or 1.0) * 1.01, 9, holds=False)], capacity=one)
        for number, one in enumerate(capacities)
    ]
    plan = plan_of("slo", thresholds=read_thresholds(["p99=5ms", "capacity=2000"]))
    (judged,) = judge_thresholds(load_run_of(plan, rounds))
    assert (str(judged.threshold), judged.rate, judged.outcome) == ("capacity ≥ 2,000 msg/s", None, outcome)


def test_what_was_missed_comes_before_what_can_not_be_judged() -> None:
    """Then what can't be told; nothing asked is nothing missed."""
    (line,) = judge_thresholds(held("p99=5ms"))
    made = [Judged(line.threshold, 1.0, one) for one in ("met", "can't tell", "not judged", "missed")]
    assert [gravest_outcome(made[:count]) for count in range(5)] == [
        *("met", "met", "can't tell", "not judged", "missed"),
    ]


def test_one_report_is_a_window_of_two_seconds() -> None:
    """So that the hand-made runs mean what they say."""
    assert report_of([1, 2]).ended_ns - report_of([1]).begun_ns == 2 * 10**9
