"""Merging what agents saw: the whole is the sum of its parts, and what makes it doubtful is said."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loads import SECOND, plan_of, report_of
from wsbench.plan.thresholds import Limit, read_thresholds
from wsbench.records.rates.missed import in_words
from wsbench.records.rates.report import AgentReport
from wsbench.records.steps import merged
from wsbench.stats.histogram import decode, encode

SAMPLE = [int(value) for value in np.random.default_rng(2).lognormal(13, 0.7, 20_000).round(-4)]
RATE = 10_000
PLAN, SLO = plan_of(), plan_of("slo")


def _split(sample: list[int], cuts: list[int]) -> list[list[int]]:
    edges = [0, *sorted(cuts), len(sample)]
    return [sample[begin:end] for begin, end in itertools.pairwise(edges)]


@settings(max_examples=25)  # each encodes and merges 20,000 values
@given(st.lists(st.integers(0, len(SAMPLE)), max_size=4))
def test_parts_are_the_whole(cuts: list[int]):
    """Reports of a split sample merge to what one report of the whole sample gives, but for CPU time."""
    parts = [report_of(part) for part in _split(SAMPLE, cuts)]
    whole = merged(PLAN, 3, RATE, [report_of(SAMPLE)])
    assert msgspec.structs.replace(merged(PLAN, 3, RATE, parts), agents=()) == whole


def test_one_step_by_hand():
    """Every field of a step of two agents, whose windows are as long and 100 ms apart."""
    first = report_of(
        [1_000_000] * 10_000,
        server_cpu_ns=600_000_000,
        starved=1,
        recoveries_ns=(5,),
        service=encode([400_000] * 10_000),
    )
    second = report_of(
        [3_000_000] * 10_000,
        begun_ns=first.begun_ns + SECOND // 10,
        ended_ns=first.ended_ns + SECOND // 10,
        server_cpu_ns=590_000_000,
        answered=9_950,
        starved=2,
        recoveries_ns=(6, 7),
    )
    step = merged(PLAN, 3, RATE, [first, second])
    assert (step.round, step.rate, step.scheduled, step.unanswered) == (3, RATE, 20_000, 0)
    assert step.achieved == pytest.approx(19_950 / 2)
    assert step.response_mean_ns == pytest.approx(2_000_000, rel=1e-3)
    assert list(step.response_ns) == ["p50", "p90", "p95", "p99", "p100"]
    assert step.response_ns["p100"] == pytest.approx(3_000_000, rel=1e-3)
    assert step.response_ns["p50"] == pytest.approx(1_000_000, rel=1e-3)
    assert step.response_ns["p90"] == pytest.approx(3_000_000, rel=1e-3)
    assert step.service_ns["p50"] == pytest.approx(400_000, rel=1e-3)
    assert step.lateness_ns["p99"] == 100
    assert step.overlap == pytest.approx(1.9 / 2.1)
    assert step.starved == 3
    assert step.server_cpu_ns == 600_000_000 / 20_000
    assert step.recoveries_ns == (5, 6, 7)
    assert (step.fault, step.missed, step.holds) == ("", "", None)
    assert decode(step.response).get_total_count() == decode(step.service).get_total_count() == 20_000


def test_rates_add_over_windows_of_their_own():
    """Each agent's replies are divided by its own window, so a longer one counts for no more."""
    short = report_of([1_000_000] * 500, ended_ns=11 * SECOND)
    step = merged(PLAN, 0, 1_000, [short, report_of([1_000_000] * 1_000)])
    assert step.achieved == pytest.approx(1_000)


@pytest.mark.parametrize(
    "reports",
    [
        [report_of(SAMPLE, server_cpu_ns=None)],
        [report_of(SAMPLE, server_cpu_ns=5, exchanged=0)],
    ],
)
def test_no_cpu_time_where_it_is_unknown(reports: list[AgentReport]):
    """A server that is not ours tells no CPU time, and no message has none."""
    assert merged(PLAN, 0, RATE, reports).server_cpu_ns is None


def _beside(seconds: float) -> AgentReport:
    """Return a report whose window began so much later than that of the others."""
    begun = round((10 + seconds) * SECOND)
    return report_of([1_000_000] * 10_000, begun_ns=begun, ended_ns=begun + 2 * SECOND)


FIRST = report_of([1_000_000] * 10_000)
BROKEN = report_of([], begun_ns=0, ended_ns=0, failure="the server closed the connection (1009)")
EMPTY = "no message of the window was answered: hold the rate for longer, or raise it"


@pytest.mark.parametrize(
    ("reports", "fault"),
    [
        ([FIRST], ""),
        ([FIRST, FIRST], ""),
        ([BROKEN], "the server closed the connection (1009)"),
        ([FIRST, BROKEN], "agent 2: the server closed the connection (1009)"),
        ([FIRST, _beside(5), BROKEN], "agent 3: the server closed the connection (1009)"),
        ([FIRST, _beside(0.10)], ""),
        ([FIRST, _beside(0.11)], "the agents ran together for only 89 % of the time"),
        ([_beside(0.4), FIRST, _beside(0.47)], "the agents ran together for only 61 % of the time"),
        ([FIRST, _beside(2.5)], "the agents ran together for only 0 % of the time"),
        ([report_of([])], EMPTY),
        ([], "the agents ran together for only 0 % of the time"),
    ],
)
def test_faults(reports: list[AgentReport], fault: str):
    """The first thing that makes a step doubtful is said in one line; "" where there is none."""
    assert merged(PLAN, 0, 5_000 * max(1, len(reports)), reports).fault == fault


def test_as_fast_as_it_goes_nothing_is_late_or_missed():
    """Without a rate there is no schedule to be late for, or to fall behind."""
    report = report_of([80_000] * 900, scheduled=1_000, lateness=encode([80_000] * 900), unanswered=3)
    step = merged(PLAN, 0, 0, [report])
    assert (step.fault, step.missed) == ("", "")
    assert merged(PLAN, 0, 0, [report_of([], scheduled=10)]).fault == EMPTY
    assert merged(PLAN, 0, 0, [FIRST, BROKEN]).fault


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({}, ""),
        ({"answered": 19_850}, ""),
        ({"answered": 16_240}, "8,120 of 10,000 msg/s were answered"),
        ({"answered": 16_240, "aborted": True}, "8,120 of 10,000 msg/s were answered until it was given up"),
        ({"aborted": True}, "10,000 of 10,000 msg/s were answered until it was given up"),
        ({"unanswered": 1}, "1 of 20,000 messages got no reply"),
        (
            {"unanswered": 7, "errors": {"closed 1011": 2, "not connected": 5}},
            "7 of 20,000 messages failed: 5 not connected, 2 closed 1011",
        ),
        (
            {"answered": 9_000, "unanswered": 11_000, "errors": {"reset": 1_000, "refused": 10_000}},
            "4,500 of 10,000 msg/s were answered: 10,000 refused, 1,000 reset",
        ),
        (
            {"answered": 9_000, "unanswered": 11_000, "errors": {"refused": 11_000}, "aborted": True},
            "4,500 of 10,000 msg/s were answered until it was given up: 11,000 refused",
        ),
        ({"answered": 0, "unanswered": 20_000}, "0 of 10,000 msg/s were answered"),
    ],
)
def test_missed(changes: dict[str, object], missed: str):
    """A server has kept up if it answered 99 % of the rate, in time, and every message."""
    step = merged(PLAN, 0, RATE, [report_of(SAMPLE, **changes)])
    assert (step.missed, step.fault) == (missed, "")


@pytest.mark.parametrize(
    ("slo", "missed"), [("errors=0.1%", False), ("errors=0.05%", False), ("errors=0", True)]
)
def test_errors_that_are_borne_are_not_missed(slo: str, missed: bool):
    """Ten of 20,000 are 0.05 %."""
    plan = plan_of(thresholds=read_thresholds([slo]))
    failed = report_of(SAMPLE, unanswered=10, errors={"wrong reply": 10}, wrong="reply 6: byte 0 of 64")
    assert bool(merged(plan, 0, RATE, [failed]).missed) == missed


def test_what_connections_met_is_added_up():
    """Counts are sums, times one histogram, and the first wrong reply that anybody tells is told."""
    first = report_of(
        SAMPLE,
        errors={"reset": 1},
        reconnects=1,
        connect=encode([300_000] * 4),
        sent_bytes=70,
        received_bytes=66,
    )
    second = msgspec.structs.replace(
        first, errors={"reset": 1, "wrong reply": 1}, wrong="reply 6", connect=encode([900_000] * 4)
    )
    step = merged(PLAN, 0, RATE, [first, second, report_of(SAMPLE)])
    assert (step.errors, step.wrong, step.reconnects) == ({"reset": 2, "wrong reply": 1}, "reply 6", 2)
    assert (step.sent_bytes, step.received_bytes) == (140, 132)
    assert decode(step.connect).get_total_count() == 8
    assert merged(PLAN, 0, RATE, [report_of(SAMPLE)]).connect == ""


def test_no_reply_at_all_is_the_servers():
    """A server that answers nothing misses the rate; that is no fault of the measurement."""
    silent = report_of([], scheduled=20_000, unanswered=20_000, aborted=True)
    step = merged(SLO, 0, RATE, [silent])
    assert step.missed == "0 of 10,000 msg/s were answered until it was given up"
    assert (step.fault, step.holds, step.response_ns, step.response_mean_ns) == ("", False, {}, 0)


@pytest.mark.parametrize(
    ("response_ms", "scheduled", "answered", "missed"),
    [
        (1, 20, 19, False),  # one more may be in flight at the window's end than at its begin
        (1, 20, 18, True),
        (200, 2_000, 1_965, False),  # 200 ms of the ramp's end are in the window, and 200 ms of its own not
        (200, 2_000, 1_940, True),
        (1_000, 2_000, 1_250, False),
        (1_000, 2_000, 1_200, True),
    ],
)
def test_a_slow_link_is_no_slow_server(response_ms: int, scheduled: int, answered: int, missed: bool):
    """What the ramp's end lacks, and what is in flight at the end, is not counted as missed."""
    report = report_of([response_ms * 1_000_000] * scheduled, answered=answered)
    assert bool(merged(PLAN, 0, scheduled / 2, [report]).missed) == missed


def test_a_queue_that_grew_is_no_slow_link():
    """The fastest message of a server far behind waited in the queue as well: it excuses nothing."""
    grown = [1_000_000_000 + number * 1_000_000 for number in range(2_000)]
    assert merged(PLAN, 0, 1_000, [report_of(grown, answered=1_250)]).missed


@pytest.mark.parametrize(("arrivals", "missed"), [("uniform", True), ("poisson", False)])
def test_chance_is_no_slow_server(arrivals: str, missed: bool):
    """With random arrivals the numbers in flight at the window's two ends differ by chance."""
    report = report_of([20_000_000] * 200, answered=195)
    assert bool(merged(plan_of(arrivals=arrivals), 0, 100, [report]).missed) == missed


@pytest.mark.parametrize(
    ("response", "changes", "holds"),
    [
        ([1_000_000] * 20_000, {}, True),
        ([5_000_000] * 20_000, {}, True),
        ([5_020_000] * 20_000, {}, False),
        ([1_000_000] * 19_900 + [9_000_000] * 100, {}, True),
        ([1_000_000] * 19_700 + [9_000_000] * 300, {}, False),
        ([1_000_000] * 20_000, {"answered": 19_000}, False),
        ([1_000_000] * 20_000, {"unanswered": 1}, False),
        ([1_000_000] * 20_000, {"failure": "lost"}, False),
        ([], {}, False),
        ([1_000_000] * 20, {}, True),
        ([1_000_000] * 20_000, {"lateness": encode([900_000] * 20_000)}, True),
    ],
)
def test_holds(response: list[int], changes: dict[str, object], holds: bool):
    """A limit holds if its quantile does, and the server kept up with the whole load.

    So few messages that the quantile would not be printed still decide; and where the client was late but
    the limit held, it would have held all the more.
    """
    assert merged(SLO, 0, max(1, len(response) / 2), [report_of(response, **changes)]).holds is holds


def test_half_the_load_holds_nothing():
    """Agents that did not run together did not put the whole load on the server."""
    assert merged(SLO, 0, RATE, [FIRST, _beside(1)]).holds is False
    assert merged(SLO, 0, RATE, [FIRST, FIRST]).holds is True


def test_any_quantile_can_be_a_limit():
    """The median may hold where the p99 does not."""
    report = report_of([1_000_000] * 15_000 + [9_000_000] * 5_000)
    for quantile, holds in ((0.5, True), (0.9, False), (0.99, False)):
        plan = plan_of("slo", limit=Limit(quantile, 5_000_000))
        assert merged(plan, 0, RATE, [report]).holds is holds


@pytest.mark.parametrize(
    ("slo", "holds"),
    [
        (("p50=5ms",), True),
        (("p50=5ms", "max=10ms"), True),
        (("p50=5ms", "max=8ms"), False),
        (("p50=5ms", "p99=5ms"), False),
        (("p50=5ms", "mean=4ms"), True),
        (("p50=5ms", "mean=2ms"), False),
    ],
)
def test_several_limits_all_have_to_hold(slo: tuple[str, ...], holds: bool):
    """Whichever of them ends the search."""
    plan = plan_of("slo", limit=Limit(0.5, 5_000_000), thresholds=read_thresholds(slo))
    report = report_of([1_000_000] * 15_000 + [9_000_000] * 5_000)
    assert merged(plan, 0, RATE, [report]).holds is holds


@pytest.mark.parametrize(
    ("rate", "text"),
    [(14_250.4, "14,250"), (99.96, "100"), (99.9, "99.9"), (1.5, "1.5"), (0, "0"), (float("inf"), "∞")],
)
def test_rates_in_words(rate: float, text: str):
    """About three digits."""
    assert in_words(rate) == text
