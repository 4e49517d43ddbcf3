"""Lateness of the client: which quantiles it voids, in words, and whether it spoils a step."""

from __future__ import annotations

import pytest
from loads import plan_of, report_of, step_of
from msgspec.structs import replace
from wsbench.plan.load import LoadPlan
from wsbench.plan.thresholds import Limit, read_thresholds
from wsbench.records.load import Step
from wsbench.records.rates.lateness import spoils, withheld
from wsbench.records.rates.report import AgentReport
from wsbench.records.steps import merged
from wsbench.stats.histogram import encode

PLAN, SLO = plan_of(), plan_of("slo")
LATE = (
    "the client sent 1 % of the messages over 41 µs late; 20 µs are acceptable here:"
    " add agents, lower the rate, or end other programs"
)


def late_of(late_ns: int, share: float = 0.02, count: int = 20_000) -> AgentReport:
    """Return a report whose responses take 80 µs and of which a share was sent late."""
    late = round(count * share)
    lateness = [late_ns] * late + [100] * (count - late)
    return report_of([80_000] * count, lateness=encode(lateness))


@pytest.mark.parametrize(
    ("report", "touched", "late"),
    [
        (late_of(41_000), ("p99", "max"), LATE),
        (late_of(19_000), (), ""),
        (late_of(41_000, share=0.0005), ("max",), LATE.replace("1 % of the messages over", "a message")),
        (late_of(12_345_678), ("p99", "max", "mean"), LATE.replace("41 µs", "12,354 µs")),
        (late_of(41_000, count=50), ("max",), LATE.replace("1 % of the messages over", "a message")),
        (late_of(41_000, 0.005, 40_000), ("p99.9", "max"), LATE.replace("1 %", "0.1 %")),
    ],
)
def test_each_quantile_that_lateness_touched_is_named(
    report: AgentReport, touched: tuple[str, ...], late: str
) -> None:
    """Those that the messages allow: by how much is told of the p99, or of the first; all else stands."""
    step = merged(PLAN, 0, report.scheduled / 2, [report])
    assert (step.touched, step.late, step.fault, step.missed) == (touched, late, "", "")
    assert step.achieved == report.scheduled / 2
    assert "p50" in step.response_ns


@pytest.mark.parametrize(
    ("response_us", "late_us", "limit", "late", "spoilt"),
    [
        (80, 21, None, True, True),
        (80, 19, None, False, False),  # one send takes as long
        (1_000, 99, None, False, False),
        (1_000, 110, None, True, True),
        (1_000, 110, Limit(0.99, 5_000_000), True, False),  # the limit held all the same
        (9_000, 510, Limit(0.99, 5_000_000), True, True),  # much beside the limit, little beside the time
        (9_000, 490, Limit(0.99, 5_000_000), False, False),
    ],
)
def test_lateness_is_held_against_the_time_or_a_lost_limit(
    response_us: int, late_us: int, limit: Limit | None, late: bool, spoilt: bool
) -> None:
    """Who searches may not take a late step for a lost limit."""
    report = report_of([response_us * 1_000] * 10_000, lateness=encode([late_us * 1_000] * 10_000))
    plan = replace(PLAN, limit=limit)
    step = merged(plan, 0, 5_000, [report])
    assert (bool(step.late), "p99" in step.touched, spoils(plan, step)) == (late, late, spoilt)


@pytest.mark.parametrize(
    ("slo", "changes", "spoilt"),
    [
        (("p99=5ms",), {}, False),
        (("p99=400us",), {}, True),
        (("p99=5ms", "max=5ms"), {}, True),
        (("p99=5ms", "max=10ms"), {}, False),  # it would have held all the more
        (("max=5ms",), {"answered": 5_000}, False),  # the server fell behind
        (("errors=0",), {}, False),
    ],
)
def test_at_a_rate_lateness_spoils_what_is_judged(
    slo: tuple[str, ...], changes: dict[str, object], spoilt: bool
) -> None:
    """A limit that was lost, by its own quantile; of the slowest message, that of the latest one."""
    report = report_of([9_000_000] + [1_000_000] * 9_999, lateness=encode([600_000] + [50_000] * 9_999))
    plan = plan_of(thresholds=read_thresholds(slo))
    step = merged(plan, 0, 5_000, [replace(report, **changes)])
    assert (spoils(plan, step), step.fault) == (spoilt, "")


@pytest.mark.parametrize("plan", [PLAN, plan_of(thresholds=read_thresholds(("p99=5ms",))), SLO])
@pytest.mark.parametrize(
    ("late_ms", "service_ms", "answered", "fault"),
    [
        (30, 1, 5_000, True),  # 1 % of the window: the rate was another one
        (19, 1, 5_000, False),
        (30, 1, 10_000, False),  # nothing is missing
        (30, 60, 5_000, False),  # a server that left no room in its sockets
    ],
)
def test_a_rate_is_missed_by_the_client_where_it_was_late_for_it(
    plan: LoadPlan, late_ms: int, service_ms: int, answered: int, fault: bool
) -> None:
    """What the server took at once can't have been late for its sake."""
    lateness, service = (encode([ms * 1_000_000] * 10_000) for ms in (late_ms, service_ms))
    report = report_of([90_000_000] * 10_000, lateness=lateness, service=service, answered=answered)
    step = merged(plan, 0, 5_000, [report])
    assert step.fault.startswith("the client sent 1 % of the messages over 3") is fault
    assert bool(step.missed) is (answered < 10_000)


def test_of_old_files_nothing_is_touched() -> None:
    """They have no such field: what was late is a fault of the whole step there."""
    assert not spoils(PLAN, step_of(0, 500, 1))
    assert withheld([step_of(0, 500, 1)]) == ()


def test_what_any_round_lacks_is_withheld() -> None:
    """The lowest quantile first, whatever the order."""
    steps: list[Step] = [step_of(0, 500, 1, touched=("max", "mean")), step_of(1, 500, 1, touched=("p99",))]
    assert withheld(steps) == ("p99", "max", "mean")
