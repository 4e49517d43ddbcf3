"""What `--slo` says: a metric and how far it may go, and which of them can be held to which steps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.errors import UsageError
from wsbench.plan.load import LoadPlan, patience_of
from wsbench.plan.thresholds import (
    BEYOND,
    MEDIAN_LEAST,
    QUANTILES,
    Limit,
    Threshold,
    limits_of,
    read_threshold,
    read_thresholds,
    samples_for,
)
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.stats.estimate import MIN_MEDIAN, MIN_TAIL, allowed_quantiles


def planned(*slo: str, rates: tuple[float, ...] = (), **words: object) -> LoadPlan:
    """Return the plan of these thresholds."""
    return make_load_plan(LoadWords("tornado", slo=slo, rates=rates, **words), seed=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "threshold", "shown"),
    [
        ("p99=5ms", Threshold("response_p99", 5_000_000), "p99 ≤ 5 ms"),
        (" p99 = 5 ms ", Threshold("response_p99", 5_000_000), "p99 ≤ 5 ms"),
        ("p99.99=1s", Threshold("response_p99.99", 1_000_000_000), "p99.99 ≤ 1000 ms"),
        ("p50=250us", Threshold("response_p50", 250_000), "p50 ≤ 250 µs"),
        ("p95=250µs", Threshold("response_p95", 250_000), "p95 ≤ 250 µs"),
        ("p90=1.0005\u03bcs", Threshold("response_p90", 1_000), "p90 ≤ 1 µs"),
        ("max=2m", Threshold("response_max", 120_000_000_000), "max ≤ 120000 ms"),
        ("mean=0.3ms", Threshold("response_mean", 300_000), "mean ≤ 300 µs"),
        ("errors=0.1%", Threshold("errors", 0.001), "errors ≤ 0.1 %"),
        ("errors=0", Threshold("errors", 0), "errors ≤ 0 %"),
        ("achieved=99%", Threshold("achieved", 0.99, relative=True), "achieved ≥ 99 %"),
        ("achieved=2000", Threshold("achieved", 2_000), "achieved ≥ 2,000 msg/s"),
        ("capacity=2000 msg/s", Threshold("capacity", 2_000), "capacity ≥ 2,000 msg/s"),
        ("capacity=1000000", Threshold("capacity", 1_000_000), "capacity ≥ 1,000,000 msg/s"),
    ],
)
def test_a_threshold_is_a_metric_and_its_value(text: str, threshold: Threshold, shown: str) -> None:
    """With units and spaces as people write them; the table of metrics says which way is better."""
    assert read_threshold(text) == threshold
    assert str(threshold) == shown


@given(
    st.sampled_from([name for name in QUANTILES if name != "max"]),
    st.integers(1, 6 * 10**5),
    st.sampled_from([("us", 10**3), ("ms", 10**6), ("s", 10**9)]),
)
def test_a_time_is_read_without_rounding(name: str, number: int, unit: tuple[str, int]) -> None:
    """Every whole number of a unit is that many ns, and a tenth of it a tenth."""
    word, each = unit
    assert limits_of([read_threshold(f"{name}={number}{word}")]) == (Limit(QUANTILES[name], number * each),)
    assert read_threshold(f"{name}={number / 10}{word}").value == number * each // 10


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("5ms", "--slo '5ms': write a metric and its value, as p99=5ms or errors=0.1%"),
        ("p97=5ms", "unknown metric of --slo 'p97'; did you mean"),
        ("=5ms", "unknown metric of --slo ''"),
        ("p99=", "--slo 'p99=': '' is no time; write a number and a unit, as 5ms"),
        ("p99=fast", "'fast' is no time; write a number and a unit, as 5ms"),
        ("p99=-5ms", "'-5ms' is no time"),
        ("p99=5", "--slo 'p99=5': 5 of what? write us, ms, s or m behind it"),
        ("p99=5min", "'min' is no unit of time; write us, ms, s or m"),
        ("p99=0ms", "no message is answered in no time"),
        ("max=5ms=6ms", "'5ms=6ms' is no time"),
        ("errors=0.1", "--slo 'errors=0.1': write a share of the messages, as errors=0.1% or errors=0"),
        ("errors=101%", "write a share of the messages"),
        ("errors=few", "write a share of the messages"),
        ("capacity=99%", "--slo 'capacity=99%': write a rate in msg/s, as capacity=2000"),
        ("capacity=0", "write a rate in msg/s, as capacity=2000"),
        ("achieved=most", "write a rate in msg/s, as achieved=99% or achieved=2000"),
        ("capacity=" + "9" * 400, "write a rate in msg/s, as capacity=2000"),
        ("achieved=1000000000000", "write a rate in msg/s, as achieved=99% or achieved=2000"),
        ("p99=" + "9" * 400 + "s", "longer than a week"),
        ("achieved=101%", "write a rate in msg/s, as achieved=99% or achieved=2000"),
    ],
)
def test_a_threshold_that_is_off_gets_one_line(text: str, line: str) -> None:
    """It says which part is wrong."""
    with pytest.raises(UsageError) as caught:
        read_threshold(text)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_metric_has_one_threshold() -> None:
    """Two of a kind would leave one unsaid."""
    with pytest.raises(UsageError, match=r"^--slo p99=6ms: p99 is given twice$"):
        read_thresholds(["p99=5ms", "p99=6ms"])


@pytest.mark.parametrize(
    ("metric", "value"),
    [("rtt_p50", 1), ("errors", -0.1), ("capacity", float("nan")), ("response_max", math.inf)],
)
def test_a_stored_threshold_is_one_that_can_be_said(metric: str, value: float) -> None:
    """A file that was changed by hand is refused when it is read."""
    with pytest.raises(ValueError, match="threshold"):
        Threshold(metric, value)


def test_with_rates_they_are_judged_and_alone_they_are_searched_by() -> None:
    """The search ends by the first of them; all are kept."""
    held = planned("p50=1ms", "errors=0", rates=(500.0,))
    assert (held.mode, held.limit, held.limits) == ("rate", None, (Limit(0.5, 1_000_000),))
    search = planned("p99=5ms", "max=50ms", "capacity=2000")
    assert (search.mode, search.limit) == ("slo", Limit(0.99, 5_000_000))
    assert search.kept == "p99 = 5 ms and max = 50 ms"


def test_a_message_may_wait_longer_than_a_long_limit() -> None:
    """Or no step would ever show that it was missed by little."""
    assert patience_of(planned("p50=9s", rates=(5.0,), duration_s=10.0)) == 45_000_000_000
    assert patience_of(planned("p50=9ms", rates=(5.0,))) == 10_000_000_000


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            {"slo": ("capacity=5",)},
            "--slo capacity needs a limit beside it that ends the search: add --slo p99=5ms",
        ),
        ({"slo": ("mean=5ms",)}, "--slo mean needs a limit beside it"),
        ({"slo": ("p99=5ms", "errors=0")}, "--slo errors is judged at a rate: give --rate"),
        ({"slo": ("achieved=99%",)}, "--slo achieved is judged at a rate: give --rate"),
        ({"slo": ("capacity=5",), "rates": (9.0,)}, "--slo capacity is searched for: leave out --rate"),
        (
            {"slo": ("p99.9=5ms",), "rates": (2_000.0, 500.0)},
            "--slo p99.9: at 500 msg/s a step of 2 s holds 1,000 messages, and p99.9 needs 30,000:"
            " give --duration 60",
        ),
    ],
)
def test_what_steps_can_not_tell_is_said_before_they_are_held(words: dict[str, object], line: str) -> None:
    """It names what to add, or how long a step must be."""
    with pytest.raises(UsageError) as caught:
        make_load_plan(LoadWords("tornado", **words), seed=7)  # type: ignore[arg-type]
    assert line in str(caught.value)


def test_a_quantile_needs_as_many_messages_as_everywhere() -> None:
    """The numbers are those of the estimates: what a step must hold is what they take."""
    assert (BEYOND, MEDIAN_LEAST) == (MIN_TAIL, MIN_MEDIAN)
    for quantile in [one for one in QUANTILES.values() if one < 1]:
        least = samples_for(quantile)
        assert allowed_quantiles(least, [quantile]) == (quantile,)
        assert allowed_quantiles(least - 1, [quantile]) == ()
    assert samples_for(1.0) == 1
