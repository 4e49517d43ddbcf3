"""Changes among many candidates: all are found, by few measurements, whatever can't be measured."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wsbench.stats.bisection import Change, changes, next_index

MARGIN = 0.005
MANY = 200


def searched(count: int, oracle: Callable[[int], float | None]) -> dict[int, float | None]:
    """Ask an oracle until nothing is left to ask, never twice for the same."""
    known: dict[int, float | None] = {}
    while (index := next_index(count, known, MARGIN)) is not None:
        assert index not in known
        known[index] = oracle(index)
    return known


def value_at(index: int, planted: dict[int, float]) -> float:
    """Return a value that changed at each of some indices by a factor e^size."""
    return 1e5 * math.exp(math.fsum(size for at, size in planted.items() if at <= index))


SIZES = st.floats(0.006, 0.3)
PLANTED = st.dictionaries(st.integers(1, MANY - 1), SIZES, min_size=3, max_size=3)
LOST = st.one_of(
    st.sets(st.integers(0, MANY - 1), max_size=MANY // 10),
    st.builds(lambda at, size: {*range(at, at + size)}, st.integers(0, MANY - 21), st.integers(0, 20)),
)


@given(PLANTED, st.sampled_from([1, -1]))
def test_three_changes_of_200_are_found_by_26_measurements(planted: dict[int, float], sign: int):
    """Each is named with its neighbour and its size, nothing else is."""
    planted = {at: sign * size for at, size in planted.items()}
    known = searched(MANY, lambda index: value_at(index, planted))
    found = changes(known, MARGIN)
    assert [(one.before, one.after) for one in found] == [(at - 1, at) for at in sorted(planted)]
    assert [one.log_ratio for one in found] == pytest.approx([planted[at] for at in sorted(planted)])
    assert len(known) <= 26


@given(PLANTED, LOST)
def test_what_can_not_be_measured_costs_no_more_measurements(planted: dict[int, float], lost: set[int]):
    """A change behind candidates that can't be measured is named with all of them: it may be at any."""
    known = searched(MANY, lambda index: None if index in lost else value_at(index, planted))
    found = changes(known, MARGIN)
    left = [index for index in range(MANY) if index not in lost]
    pairs = [
        (before, after)
        for before, after in itertools.pairwise(left)
        if any(before < at <= after for at in planted)
    ]
    assert [(one.before, one.after) for one in found] == pairs
    assert sum(value is not None for value in known.values()) <= 26


@given(PLANTED, st.lists(st.sampled_from([1, -1]), min_size=3, max_size=3))
def test_changes_in_both_directions_are_found_unless_they_cancel(planted: dict[int, float], signs: list[int]):
    """No stretch of changes may sum up to less than the margin: that looks like nothing."""
    sizes = [sign * planted[at] for at, sign in zip(sorted(planted), signs, strict=True)]
    stretches = [math.fsum(sizes[i:j]) for i in range(3) for j in range(i + 1, 4)]
    assume(min(map(abs, stretches)) > MARGIN * 1.01)
    planted = dict(zip(sorted(planted), sizes, strict=True))
    known = searched(MANY, lambda index: value_at(index, planted))
    assert [one.after for one in changes(known, MARGIN)] == sorted(planted)
    assert len(known) <= 26


def test_equal_ends_are_two_measurements():
    """What goes up and comes down again between them is not seen."""
    assert searched(MANY, lambda index: 2.0 if 50 <= index < 60 else 1.0) == {0: 1.0, MANY - 1: 1.0}


def test_small_steps_are_no_change():
    """Ends that differ by the sum of many small steps are halved, and nothing is found."""
    known = searched(MANY, lambda index: math.exp(index * 1e-4))
    assert len(known) > 2
    assert changes(known, MARGIN) == ()


def test_few_candidates():
    """One, two, and none that can be measured."""
    assert searched(1, lambda _: 1.0) == {0: 1.0}
    assert changes(searched(2, lambda index: 1.0 + index), MARGIN) == (Change(0, 1, math.log(2)),)
    assert searched(3, lambda _: None) == dict.fromkeys(range(3))
    assert searched(3, lambda index: 1.0 if index == 1 else None) == {0: None, 1: 1.0, 2: None}


def test_a_block_that_can_not_be_measured_is_left_by_doubled_steps():
    """Of twenty in the middle few are tried where the change is elsewhere."""
    lost = range(90, 110)
    known = searched(MANY, lambda index: None if index in lost else value_at(index, {30: 0.1}))
    assert [one.after for one in changes(known, MARGIN)] == [30]
    assert sum(value is None for value in known.values()) < 10


def test_the_largest_difference_is_looked_into_first():
    """So an interrupted search has told the most."""
    known = {0: 1.0, 40: 1.1, 99: 2.0}
    assert next_index(100, known, MARGIN) == 69
