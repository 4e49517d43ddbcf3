"""When messages are due: counts, order, intensity against scipy, bursts, shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from wsbench.demand.arrivals import burst_times, intended, share
from wsbench.plan.load import Arrivals

RATES = st.floats(0.5, 20_000)
DURATIONS = st.floats(0.1, 5)
RAMPS = st.floats(0, 2)
KINDS = st.sampled_from(["uniform", "poisson"])
BURSTS = st.integers(0, 50)


@given(RATES, DURATIONS, RAMPS, KINDS, st.integers(0, 2**32), BURSTS)
def test_sorted_and_within_the_step(
    rate: float, duration: float, ramp: float, arrivals: Arrivals, seed: int, burst: int
):
    """Messages are due in rising order, none before the step begins, none after its window ends."""
    due = intended(rate, duration, ramp_s=ramp, arrivals=arrivals, seed=seed, burst=burst)
    assert due.dtype == np.int64
    assert np.all(np.diff(due) >= 0)
    assert not len(due) or (due[0] >= 0 and due[-1] <= round((ramp + duration) * 1e9))


@given(RATES, DURATIONS, RAMPS)
def test_uniform_has_the_rate(rate: float, duration: float, ramp: float):
    """The window has rate × duration messages, the ramp half as many a second."""
    due = intended(rate, duration, ramp_s=ramp, arrivals="uniform", seed=0)
    inside = np.count_nonzero(due >= ramp * 1e9)
    assert abs(inside - rate * duration) <= 1
    assert abs(len(due) - inside - rate * ramp / 2) <= 1


def test_uniform_gaps_are_even():
    """After the ramp each message is due exactly 1 / rate after the one before."""
    due = intended(1_000, 1, ramp_s=0.3, arrivals="uniform", seed=0)
    assert len(due) == 1_150
    assert set(np.diff(due[due >= 300_000_000]).tolist()) == {1_000_000}


def test_ramp_by_hand():
    """Of 8 messages in a ramp of 1 s to 16 msg/s the first is due where 16 t² / 2 reaches a half."""
    due = intended(16, 1, ramp_s=1, arrivals="uniform", seed=0)
    assert due[0] == 250_000_000
    assert due[7] == round(1e9 * np.sqrt(7.5 / 8))
    assert due[8] == 1_000_000_000 + round(1e9 / 32)


def test_without_a_ramp_the_window_begins_at_once():
    """The first message is due half a gap after the begin."""
    assert intended(4, 1, ramp_s=0, arrivals="uniform", seed=0).tolist() == [
        125_000_000,
        375_000_000,
        625_000_000,
        875_000_000,
    ]


def test_poisson_gaps_are_exponential():
    """A Kolmogorov–Smirnov test finds nothing against exponential gaps in the window."""
    due = intended(5_000, 4, ramp_s=0.5, arrivals="poisson", seed=12)
    gaps = np.diff(due[due >= 500_000_000]) / 1e9
    assert stats.kstest(gaps, stats.expon(scale=1 / 5_000).cdf).pvalue > 0.05
    uneven = intended(5_000, 4, ramp_s=0.5, arrivals="uniform", seed=12)
    assert stats.kstest(np.diff(uneven) / 1e9, stats.expon(scale=1 / 5_000).cdf).pvalue < 1e-9


def test_poisson_ramp_rises():
    """Times in the ramp are distributed as its intensity, (t / ramp)², by the same test."""
    due = intended(20_000, 1, ramp_s=2, arrivals="poisson", seed=3)
    assert stats.kstest(due[due < 2_000_000_000] / 2e9, lambda t: t**2).pvalue > 0.05


def test_poisson_counts_are_poisson():
    """Over many seeds the counts of a window have Poisson's distribution."""
    counts = [
        np.count_nonzero(intended(40, 0.5, ramp_s=0.5, arrivals="poisson", seed=seed) >= 500_000_000)
        for seed in range(2_000)
    ]
    edges = [0, 14, 17, 19, 21, 23, 26, 200]
    seen = np.histogram(counts, edges)[0]
    expected = np.diff(stats.poisson(20).cdf(np.array(edges) - 1))
    assert stats.chisquare(seen, expected / expected.sum() * len(counts)).pvalue > 0.05


def test_the_seed_decides():
    """The same seed gives the same moments, another one others; uniform arrivals have no chance in them."""
    first, again, other = (intended(100, 1, ramp_s=0, arrivals="poisson", seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("duration", "ramp", "moments_ms"),
    [(2.0, 0.5, [1000, 2000]), (2.9, 0.0, [500, 1500]), (0.4, 0.5, [700]), (1.0, 0.0, [500])],
)
def test_bursts(duration: float, ramp: float, moments_ms: list[int]):
    """A burst is due in the middle of each full second of the window, one where it is shorter."""
    moments = [1_000_000 * moment for moment in moments_ms]
    assert burst_times(duration, ramp_s=ramp).tolist() == moments
    plain = intended(7, duration, ramp_s=ramp, arrivals="uniform", seed=0)
    more = intended(7, duration, ramp_s=ramp, arrivals="uniform", seed=0, burst=5)
    assert sorted([*plain.tolist(), *(moment for moment in moments for _ in range(5))]) == more.tolist()


@given(KINDS, st.integers(1, 9), BURSTS)
def test_shares_partition(arrivals: Arrivals, agents: int, burst: int):
    """The agents' parts together are all messages, and differ by at most one in number."""
    due = intended(300, 1, ramp_s=0.2, arrivals=arrivals, seed=5, burst=burst)
    parts = [share(due, agent, agents) for agent in range(agents)]
    assert np.array_equal(np.sort(np.concatenate(parts)), due)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(("agent", "agents"), [(2, 2), (-1, 2), (0, 0)])
def test_no_such_agent(agent: int, agents: int):
    """Agents count from 0."""
    with pytest.raises(ValueError, match="no number"):
        share(np.arange(3), agent, agents)


@pytest.mark.parametrize(
    ("rate", "duration", "ramp", "burst"),
    [
        (0, 1, 0, 0),
        (-1, 1, 0, 0),
        (np.inf, 1, 0, 0),
        (np.nan, 1, 0, 0),
        (1, 0, 0, 0),
        (1, 1, -1, 0),
        (1, 1, 0, -1),
    ],
)
def test_no_such_schedule(rate: float, duration: float, ramp: float, burst: int):
    """What can't be scheduled is refused in one line."""
    with pytest.raises(ValueError, match="a schedule needs"):
        intended(rate, duration, ramp_s=ramp, arrivals="uniform", seed=0, burst=burst)
