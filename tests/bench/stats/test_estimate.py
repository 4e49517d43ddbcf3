"""The statistics of rounds, against tables worked by hand, properties and scipy."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from wsbench.stats import estimate as est
from wsbench.stats.estimate import Estimate, Trimmed, trimmed

REFUSED = ["1, 2, 3, 4", "4, 2, 3, 4", "nan, 0, 1, 4", "1, nan, 2, 4", "inf, 0, inf, 4", "1, 0, 2, 0"]
ROUNDS = st.lists(st.floats(-10, 10).map(lambda v: round(v, 6)), min_size=4, max_size=40)


@pytest.mark.parametrize("fields", REFUSED)
def test_estimate_refuses_what_is_none(fields: str):
    """A value outside its interval, nan, an infinite value and no rounds are refused."""
    value, low, high, n = map(float, fields.split(","))
    with pytest.raises(ValueError, match=r"finite|interval|round"):
        Estimate(value, low, high, int(n))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_rounds_have_no_interval(n: int):
    """Under four rounds the ratio is anywhere between 0 and infinity, and p is 1."""
    assert est.estimate_ratio([0.1] * n) == Estimate(math.exp(0.1), 0.0, math.inf, n)
    assert trimmed([0.1] * n).p_value() == 1.0


def test_exp_of_a_huge_bound_is_infinite():
    """A bound that overflows on the natural scale is infinite, not an error."""
    assert Estimate(0, -1e4, 1e4, 4).exp() == Estimate(1.0, 0.0, math.inf, 4)


def test_trimmed_by_hand():
    """Of 1, 2, …, 7, 100 the outer two go: mean 4.5, winsorised 2 2 3 4 5 6 7 7, five degrees of freedom."""
    result = trimmed([100, 1, 2, 3, 4, 5, 6, 7])
    assert (result.mean, result.df, result.n) == (4.5, 5, 8)
    assert result.se == pytest.approx(math.sqrt(30 / 7) / (0.75 * math.sqrt(8)))


@given(ROUNDS)
def test_trimmed_agrees_with_scipy(rounds: list[float]):
    """The mean is scipy's trimmed mean, the error follows from scipy's winsorised values."""
    n, g, result = len(rounds), len(rounds) // 5, trimmed(rounds)
    assert result.mean == pytest.approx(stats.trim_mean(rounds, 0.2), abs=1e-9)
    winsorised = stats.mstats.winsorize(np.array(rounds), limits=(0.2, 0.2))
    assert result.se == pytest.approx(np.std(winsorised, ddof=1) / ((1 - 2 * g / n) * math.sqrt(n)), abs=1e-9)


@pytest.mark.parametrize("n", [5, 10, 15, 20, 40])
def test_interval_and_p_value_agree_with_scipy(n: int):
    """Scipy's trimmed interval is ours where R/5 is whole; without trimming p is that of the t test."""
    rounds = np.random.default_rng(n).standard_t(3, n)
    estimate = trimmed(rounds).estimate()
    assert (estimate.low, estimate.high) == pytest.approx(
        tuple(stats.mstats.trimmed_mean_ci(rounds, (0.2, 0.2)))
    )
    assert trimmed(rounds, trim=0).p_value() == pytest.approx(stats.ttest_1samp(rounds, 0).pvalue)


@pytest.mark.parametrize(("centre", "p"), [(0.0, 1.0), (0.1, 0.0), (-0.1, 0.0)])
def test_rounds_without_spread(centre: float, p: float):
    """Equal rounds have an interval of no width, and p is 1 at 0 and 0 elsewhere."""
    assert trimmed([centre] * 7).p_value() == p
    assert trimmed([centre] * 7).estimate() == Estimate(centre, centre, centre, 7)


@given(ROUNDS)
def test_the_interval_holds_together(rounds: list[float]):
    """It contains its point, lies in that of more confidence, and excludes 0 exactly where p < 0.05."""
    result, wide = trimmed(rounds), trimmed(rounds, confidence=0.99).estimate()
    estimate = result.estimate()
    assert min(rounds) <= estimate.value <= max(rounds)
    assert wide.low <= estimate.low <= estimate.value <= estimate.high <= wide.high
    if min(abs(estimate.low), abs(estimate.high)) > 1e-9:
        assert (result.p_value() < 0.05) == (estimate.low > 0 or estimate.high < 0)


@given(ROUNDS, st.integers(-8, 8), st.randoms())
def test_trimmed_is_a_location(rounds: list[float], power: int, rng: random.Random):
    """It scales by 2^k with the unit, ignores the order of rounds, and never falls when a round rises."""
    result, scaled = trimmed(rounds), trimmed(rng.sample([v * 2.0**power for v in rounds], len(rounds)))
    assert scaled.mean == result.mean * 2.0**power
    assert scaled.se == pytest.approx(result.se * 2.0**power)
    assert trimmed([rounds[0] + rng.uniform(0, 5), *rounds[1:]]).mean >= result.mean


def test_trim_is_read_as_a_decimal():
    """A trim of 0.29 takes 29 of 100 rounds off each end, though 0.29 * 100 < 29 in binary."""
    assert trimmed(range(100), trim=0.29).df == 41


@pytest.mark.parametrize("values", [[], [1, math.nan], [1, math.inf]])
def test_rounds_are_finite(values: list[float]):
    """No rounds, nan and infinity are refused."""
    with pytest.raises(ValueError, match="at least one round"):
        trimmed(values)


@pytest.mark.parametrize(("trim", "confidence"), [(0.5, 0.95), (-0.1, 0.95), (0.2, 1), (0.2, 0)])
def test_shares_are_shares(trim: float, confidence: float):
    """Trimming half, or less than nothing, and full or no confidence are refused."""
    with pytest.raises(ValueError, match=r"trim|confidence"):
        trimmed([1], trim, confidence)


@pytest.mark.parametrize("values", [[1.0, 0.0], [1.0, -1.0], []])
def test_estimate_log_is_a_geometric_mean(values: list[float]):
    """The centre of times is in the unit of the times, and there is none unless all are positive."""
    middle = (31e3 * 32e3 * 33e3) ** (1 / 3)
    assert est.estimate_log([30e3, 31e3, 32e3, 33e3, 900e3]).value == pytest.approx(middle)
    with pytest.raises(ValueError, match=r"positive|at least one"):
        est.estimate_log(values)


@pytest.mark.parametrize(("n", "k"), [(1, 0), (5, 0), (6, 1), (8, 1), (9, 2), (15, 4), (20, 6), (40, 14)])
def test_order_interval_of_the_tables(n: int, k: int):
    """At 95 % it runs from the k-th round to the k-th from the end, k of the sign test; 0 is none."""
    assert est.order_interval(range(1, n + 1)) == ((k, n + 1 - k) if k else None)


@pytest.mark.parametrize("confidence", [0.5, 0.75, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 11, 50, 300, 1500])
def test_order_interval_is_the_narrowest_that_covers(n: int, confidence: float):
    """By scipy's binomial it covers enough, and the next narrower pair does not."""
    interval = est.order_interval(range(n), confidence)
    k = 0 if interval is None else int(interval[0]) + 1
    covered, narrower = (1 - 2 * stats.binom.cdf(j - 1, n, 0.5) for j in (k, k + 1))
    assert interval is None or (sum(interval) == n - 1 and covered >= confidence - 1e-12)
    assert narrower < confidence or 2 * (k + 1) > n


@pytest.mark.parametrize(
    ("n", "count"),
    [(1, 0), (2, 1), (60, 1), (299, 1), (300, 2), (2999, 2), (3000, 3), (29999, 3), (30000, 4)],
)
def test_allowed_quantiles_are_exact(n: int, count: int):
    """One is printed from exactly 30 samples beyond it on, without rounding errors; a median from two."""
    assert est.allowed_quantiles(n) == (0.5, 0.9, 0.99, 0.999)[:count]


@pytest.mark.parametrize(
    ("p_values", "adjusted", "rejected"),
    [
        ([], [], ""),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02], "+--+"),
        ([0.04, 0.03], [0.06, 0.06], "--"),  # the first failure ends it, though 0.04 <= 0.05
        ([0.01, 0.0125, 0.025], [0.03, 0.03, 0.03], "+++"),
        ([0.9, 0.8], [1.0, 1.0], "--"),
    ],
)
def test_holm_by_hand(p_values: list[float], adjusted: list[float], rejected: str):
    """Adjusted p-values and rejections are those worked by hand, in the order given."""
    assert est.holm_adjusted(p_values) == pytest.approx(adjusted)
    assert est.holm(p_values) == [mark == "+" for mark in rejected]


@given(st.lists(st.floats(0, 1), max_size=12), st.randoms())
def test_holm_lies_between_raw_and_bonferroni(p_values: list[float], rng: random.Random):
    """Adjusting never helps a p-value, never costs more than Bonferroni, and goes along with a shuffle."""
    adjusted, size = est.holm_adjusted(p_values), len(p_values)
    assert all(p <= a <= min(1, size * p) for p, a in zip(p_values, adjusted, strict=True))
    places = rng.sample(range(size), size)
    assert est.holm_adjusted([p_values[i] for i in places]) == [adjusted[i] for i in places]


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_probability(p: float):
    """Nan and numbers outside [0, 1] are refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        est.holm([0.5, p])


@pytest.mark.parametrize("df", [3, 1e9])
def test_interval_covers_what_it_says(df: float):
    """With eight normal or t3 rounds the 95 % interval covers the truth in at least 92 % of 2,000 runs."""
    runs = np.random.default_rng(8).standard_t(df, (2000, 8)).tolist()
    assert sum((e := trimmed(run).estimate()).low <= 0 <= e.high for run in runs) >= 0.92 * 2000


@settings(deadline=None)
@given(ROUNDS, st.integers(-24, 24), st.sampled_from([0.0, 0.2]))
def test_p_above_agrees_with_scipy(rounds: list[float], quarter: int, trim: float):
    """It is the tail of scipy's t above any threshold; the p-values of both sides make one."""
    result, threshold = trimmed(rounds, trim), quarter / 4 + 0.01234567
    if result.se:
        oracle = stats.t.sf((result.mean - threshold) / result.se, result.df)
        assert result.p_above(threshold) == pytest.approx(oracle, rel=1e-6, abs=1e-12)
    below = trimmed([-v for v in rounds], trim).p_above(-threshold)
    assert result.p_above(threshold) + below == pytest.approx(1)


def test_p_above_at_its_ends():
    """Untrimmed it is the one-sided t test's; too few rounds prove nothing; those without spread decide."""
    rounds = [0.3, -0.1, 0.4, 0.1, 0.2]
    oracle = stats.ttest_1samp(rounds, 0.05, alternative="greater").pvalue
    assert trimmed(rounds, trim=0).p_above(0.05) == pytest.approx(oracle)
    assert trimmed([9.0] * 3).p_above(0) == 1
    assert [trimmed([0.25] * 8).p_above(threshold) for threshold in (0.24, 0.25, 0.26)] == [0, 1, 1]


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.sampled_from([0.0, 0.1, 0.2, 0.4]))
def test_trimmed_mean_agrees_with_scipy(values: list[float], trim: float):
    """It is scipy's trimmed mean, at 20 % that of `trimmed`, and there is none of nothing."""
    assert est.trimmed_mean(values, trim) == pytest.approx(stats.trim_mean(values, trim), abs=1e-6)
    assert est.trimmed_mean(values) == pytest.approx(trimmed(values).mean, abs=1e-6)
    with pytest.raises(ValueError, match="mean of nothing"):
        est.trimmed_mean([])


def test_an_interval_has_95_percent_unless_somebody_says_otherwise():
    """Student's quantile at 97.5 % for five degrees of freedom, from the table."""
    assert Trimmed(0.0, 1.0, 5, 8).estimate().high == pytest.approx(stats.t.ppf(0.975, 5))
    assert Trimmed(0.0, 1.0, 5, 8, 0.5).estimate().high == pytest.approx(stats.t.ppf(0.75, 5))


def test_too_few_rounds_keep_their_degrees_of_freedom():
    """There is no error yet, and what is made of two such means needs them all the same."""
    assert trimmed([1, 2, 3]) == Trimmed(2, math.inf, 2, 3)
    assert trimmed([5]) == Trimmed(5, math.inf, 0, 1)
