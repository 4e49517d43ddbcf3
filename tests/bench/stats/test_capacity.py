"""The search finds what it looks for, in few steps; the knee against all candidates."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.stats.capacity import (
    FIRST_STEP,
    FLOOR,
    WIDEST_STEP,
    Search,
    found,
    knee,
    next_rate,
    steps_left,
    told,
)

THRESHOLDS = st.floats(1.001, 1e7)
GROWING = [FIRST_STEP ** max(1, 2**power // 2) for power in range(7)] + [4.0]
"""The factors from one rate to the next: 1.04, 1.04, 1.04² … but none over 4."""
STARTS = st.floats(0.01, 1e7)


def searched(threshold: float, start: float, resolution: float = 0.01) -> tuple[Search, list[float]]:
    """Return the end of a search for `threshold`, and the rates it tried."""
    search, tried = Search(start=start, resolution=resolution), list[float]()
    while (rate := next_rate(search)) is not None:
        tried.append(rate)
        search = told(search, rate, rate <= threshold)
        assert len(tried) < 100
    return search, tried


@given(THRESHOLDS, STARTS, st.sampled_from([0.1, 0.01, 0.002]))
def test_finds_any_threshold_from_any_start(threshold: float, start: float, resolution: float):
    """What is found lies within the resolution of the truth, and no rate is tried twice or past the ends."""
    search, tried = searched(threshold, start, resolution)
    assert search.low <= threshold < search.high <= search.low * (1 + resolution)
    answer = found(search)
    assert answer is not None
    assert abs(answer / threshold - 1) <= resolution
    assert len(set(tried)) == len(tried)
    assert min(tried) >= FLOOR


@given(THRESHOLDS, STARTS)
def test_takes_few_steps(threshold: float, start: float):
    """A guess off by a factor f costs some 7 + log4 f steps to leave it, and 8 to bisect a factor of 4."""
    _, tried = searched(threshold, start)
    off = abs(math.log(threshold / max(start, FLOOR)))
    leaving = 8 + off / math.log(WIDEST_STEP)
    assert len(tried) <= leaving + math.ceil(math.log2(math.log(WIDEST_STEP) / math.log(1.01)))


@pytest.mark.parametrize(
    ("off", "steps"), [(1.0, 4), (1.03, 4), (0.97, 4), (1.1, 7), (0.9, 7), (1.3, 9), (0.75, 9), (2.0, 13)]
)
def test_a_good_guess_costs_little(off: float, steps: int):
    """Within 4 % of the truth four steps decide it to 1 %, within 10 % seven."""
    assert len(searched(10_000 * off, 10_000)[1]) == steps


def test_leaves_its_guess_in_growing_steps():
    """Upwards and downwards by 1.04, then as far again as it has come, at most by a factor of 4."""
    up, down = searched(1e9, 1_000)[1], searched(1.0, 1_000_000)[1]
    factors = [after / before for before, after in itertools.pairwise(up)][:8]
    assert factors == pytest.approx(GROWING)
    factors = [before / after for before, after in itertools.pairwise(down)][:8]
    assert factors == pytest.approx(GROWING)


@given(STARTS)
def test_gives_up_at_the_floor(start: float):
    """Where not even 1 msg/s holds there is no capacity, and the last rate tried was 1 msg/s."""
    search, tried = searched(0.5, start)
    assert found(search) is None
    assert tried[-1] == FLOOR


def test_the_floor_may_hold():
    """A capacity just over the floor is found."""
    search, _ = searched(1.0, 50)
    assert found(search) == pytest.approx(1.0, rel=0.01)


def test_before_anything_failed():
    """While nothing has failed, the answer is what did hold; before any step there is none."""
    search = Search(start=100)
    assert found(search) is None
    assert found(told(search, 100, True)) == 100
    assert found(told(search, 100, False)) is None


def test_a_later_step_overrules():
    """Where a step contradicts earlier ones the search opens again, instead of ending in an empty bracket."""
    search = told(told(Search(start=100), 100, True), 125, False)
    lower = told(search, 90, False)
    assert (lower.low, lower.high) == (0, 90)
    higher = told(search, 200, True)
    assert (higher.low, higher.high) == (200, math.inf)
    assert next_rate(higher) == 400
    again = told(search, 125, True)
    assert (again.low, again.high) == (125, math.inf)
    same = told(search, 50, True)
    assert (same.low, same.high) == (100, 125)


@pytest.mark.parametrize(
    ("start", "resolution"), [(0, 0.01), (-1, 0.01), (math.inf, 0.01), (math.nan, 0.01), (1, 0)]
)
def test_no_such_search(start: float, resolution: float):
    """A search needs something to begin with and to end with."""
    with pytest.raises(ValueError, match="a search needs"):
        Search(start=start, resolution=resolution)


@given(st.floats(0.05, 0.95), st.floats(1, 1e6))
def test_knee_of_a_queue(share: float, capacity: float):
    """In M/M/1 the power is greatest at half the capacity (Kleinrock 1979)."""
    rates = capacity * np.array([0.1, 0.3, 0.5, 0.7, 0.9, share])
    response = 1e9 / (capacity - rates)
    assert knee(rates.tolist(), response.tolist()) == pytest.approx(capacity / 2)


def test_knee_of_a_fixed_time():
    """Where responses take as long at any rate the knee is the highest, and one rate is its own."""
    assert knee([3, 1, 2], [5, 5, 5]) == 3
    assert knee([7], [1]) == 7


def test_of_equal_powers_the_lowest_rate():
    """Twice the rate at twice the response time is no gain."""
    assert knee([200, 100], [20, 10]) == 100


@pytest.mark.parametrize(
    ("rates", "response"), [([], []), ([1, 2], [1]), ([0], [1]), ([1], [0]), ([1, -2], [1, 1])]
)
def test_no_knee(rates: list[float], response: list[float]):
    """Nothing has no knee, and rates and times are positive."""
    with pytest.raises(ValueError, match=r"positive|zip"):
        knee(rates, response)


def test_the_steps_left_are_estimated():
    """One for each halving; none once it is decided."""
    assert steps_left(Search(start=100, low=100, high=100.9)) == 0
    assert steps_left(Search(start=100, low=100, high=104)) == 2
    assert steps_left(Search(start=100)) > steps_left(Search(start=100, low=90, high=110)) > 0
    assert math.isfinite(steps_left(Search(start=100, low=1_000)))
