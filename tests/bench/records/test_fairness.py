"""Jain's index, and what a round says of its connections."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.records.fairness import fairness_of, is_unfair, jain, worst_of
from wsbench.records.run import Fairness
from wsbench.records.slices import Slice, numbers

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("counts", "index"),
    [
        ([5], 1.0),
        ([7, 7, 7], 1.0),
        ([9, 0, 0], 1 / 3),
        ([1, 1, 1, 0], 3 / 4),
        ([1, 3], 16 / 20),
        ([0, 0, 0], 1.0),
        ([], 1.0),
    ],
)
def test_the_index_is_the_one_of_the_paper(counts: list[int], index: float) -> None:
    """Worked by hand; where nobody got anything, all got as much."""
    assert jain(counts) == pytest.approx(index, rel=1e-12)


@given(COUNTS)
def test_the_index_is_one_over_one_plus_the_squared_variation(counts: list[int]) -> None:
    """Another way to write it: 1 / (1 + (σ/µ)²), by numpy, and never past its ends."""
    if any(counts):
        variation = np.std(counts) / np.mean(counts)
        assert jain(counts) == pytest.approx(1 / (1 + variation**2))
    assert 1 / len(counts) <= jain(counts) <= 1


@given(COUNTS, st.integers(1, 50), st.randoms())
def test_the_index_knows_neither_scale_nor_order(
    counts: list[int], factor: int, rng: np.random.Generator
) -> None:
    """Ten times as many replies, or the connections in another order, are as fair."""
    other = [factor * one for one in counts]
    rng.shuffle(other)
    assert jain(other) == pytest.approx(jain(counts))


def slices_of(*answered: list[int]) -> list[Slice]:
    """Return slices with these replies per connection."""
    return [
        Slice(numbers([1] * max(1, sum(counts))), elapsed=1, answered=numbers(counts)) for counts in answered
    ]


def test_a_round_has_the_mean_index_and_the_slowest_of_all_its_slices() -> None:
    """Who is slow in one slice and fast in the next is not the slowest of all, but the index sees it."""
    found = fairness_of(slices_of([10, 30], [30, 10]))
    assert found == Fairness(jain=pytest.approx(0.8), slowest=1.0, starved=0)


def test_the_starved_are_those_of_the_worst_slice() -> None:
    """Two got nothing in one slice, one in another: two."""
    found = fairness_of(slices_of([8, 0, 0, 8], [0, 8, 4, 4], [6, 6, 6, 6]))
    assert found is not None
    assert found.starved == 2
    assert found.slowest == pytest.approx(5 / 7)  # 14, 14, 10 and 18 of 56
    assert found.jain == pytest.approx((1 / 2 + 64 / (4 * 24) + 1) / 3)


def test_slices_of_few_replies_count_as_one() -> None:
    """With a reply or two each, who got none in a slice got two in the next: only the round tells."""
    found = fairness_of(slices_of([2, 0], [0, 2], [1, 1]))
    assert found == Fairness(jain=1.0, slowest=1.0, starved=0)


@pytest.mark.parametrize("answered", [[[], []], [[5], [4]], []])
def test_one_connection_is_served_neither_fairly_nor_unfairly(answered: list[list[int]]) -> None:
    """There is nobody to share with."""
    assert fairness_of(slices_of(*answered)) is None


def test_the_worst_of_rounds_is_taken_number_by_number() -> None:
    """A round without any does not hide the others."""
    one, other = Fairness(0.9, 0.5, 0), Fairness(0.95, 0.4, 3)
    assert worst_of([one, None, other]) == Fairness(0.9, 0.4, 3)
    assert worst_of([None]) is None


@pytest.mark.parametrize(
    ("index", "starved", "unfair"), [(0.9, 0, False), (0.89, 0, True), (1.0, 1, True), (1.0, 0, False)]
)
def test_unfair_is_a_low_index_or_somebody_starved(index: float, starved: int, *, unfair: bool) -> None:
    """Either is enough."""
    assert is_unfair(Fairness(index, 0.5, starved)) is unfair
