"""Changes are found where they are, and nowhere else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.stats.change_points import ALPHA, CRITICAL, LEAST_RUNS, segment


def noise(count: int, seed: int, spread: float = 0.01) -> list[float]:
    """Return normal noise of a seed."""
    return np.random.default_rng(seed).normal(0, spread, count).tolist()


def places(logs: list[float], **words: float) -> list[int]:
    """Return where a series changes, its runs without errors of their own."""
    return [one.at for one in segment(logs, [math.inf] * len(logs), **words).changes]


@given(st.integers(0, 10**6), st.integers(10, 60), st.data())
@settings(max_examples=25, deadline=None)
def test_a_step_is_found_at_its_place(seed: int, count: int, data: st.DataObject):
    """A step of twenty deviations, wherever it is, with its size; noise may make a change elsewhere."""
    at = data.draw(st.integers(4, count - 4))
    sign = data.draw(st.sampled_from([-1, 1]))
    logs = [value + sign * 0.2 * (index >= at) for index, value in enumerate(noise(count, seed))]
    found = segment(logs, [0.003] * count)
    (change,) = (one for one in found.changes if one.at == at)
    assert change.first <= at <= change.last
    assert change.change.value == pytest.approx(sign * 0.2, abs=0.05)
    assert [one.end for one in found.levels] == [*(one.at for one in found.changes), count]


@given(st.lists(st.sampled_from([0.0, 1.0, -3.5]), min_size=1, max_size=1), st.integers(1, 300))
@settings(max_examples=15, deadline=None)
def test_equal_values_never_change(value: list[float], count: int):
    """In whatever order, for they have but one."""
    assert places(value * count) == []


@given(st.permutations([0.0] * 6 + [0.001, -0.001, 0.002, -0.002, 0.0015, -0.0015]))
@settings(max_examples=25, deadline=None)
def test_changes_smaller_than_the_least_are_none(logs: list[float]):
    """However sure they are."""
    assert places(logs, least=0.005) == []


@given(st.integers(0, 10**6), st.floats(-20, 20))
@settings(max_examples=15, deadline=None)
def test_the_unit_changes_nothing(seed: int, shift: float):
    """A factor on all values is a shift of all logarithms: same places, same sizes."""
    logs = [value + 0.1 * (10 <= index < 22) for index, value in enumerate(noise(30, seed))]
    one, other = (segment(values, [0.01] * 30) for values in (logs, [value + shift for value in logs]))
    assert [found.at for found in one.changes] == [found.at for found in other.changes]
    for before, after in zip(one.changes, other.changes, strict=True):
        assert after.change.value == pytest.approx(before.change.value, abs=1e-9)


def test_a_change_that_was_mended_is_two():
    """Which one split of the whole does not show."""
    logs = [value + 0.05 * (40 <= index < 50) for index, value in enumerate(noise(100, 1))]
    found = segment(logs, [0.003] * 100).changes
    assert [(one.at, round(one.change.value, 2)) for one in found] == [(40, 0.05), (50, -0.05)]


def test_a_few_runs_are_no_level():
    """Two are an accident, three are one; and under six there is nothing to say."""
    calm = noise(30, 2)
    for last, expected in ((1, []), (2, []), (LEAST_RUNS, [30 - LEAST_RUNS])):
        assert places([value + 0.2 * (index >= 30 - last) for index, value in enumerate(calm)]) == expected
    assert places([0.0, 0.0, 0.0, 1.0, 1.0]) == []
    assert places([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]) == [3]


def test_more_series_need_surer_changes():
    """What one series shows may be chance in one of ten thousand."""
    logs = [value + 0.03 * (index >= 15) for index, value in enumerate(noise(30, 5))]
    assert len(places(logs)) == 1
    assert places(logs, series=10_000_000) == []


def test_a_weak_step_has_a_wide_place():
    """A strong one has a narrow one; both are intervals around it."""
    wide, narrow = (
        segment([value + size * (index >= 30) for index, value in enumerate(noise(60, 3))], [0.003] * 60)
        for size in (0.02, 0.2)
    )
    assert wide.changes[0].last - wide.changes[0].first > 0
    assert (narrow.changes[0].first, narrow.changes[0].last) == (30, 30)
    assert pytest.approx(7.352, abs=0.001) == CRITICAL


def test_few_series_without_a_change_show_one():
    """Far under the share that is promised: 100 normal series, seeded."""
    flagged = sum(bool(places(noise(30, seed))) for seed in range(100))
    assert flagged <= 100 * ALPHA


def test_levels_without_runs_or_values():
    """No run has no level; one has one, without an interval; a value that is none is refused."""
    assert segment([], []).levels == ()
    level = segment([0.5], [0.1]).levels[0]
    assert (level.mean.value, level.mean.low) == (0.5, -math.inf)
    with pytest.raises(ValueError, match="finite value"):
        segment([math.nan], [0.1])
    with pytest.raises(ValueError, match="and an error"):
        segment([0.5], [])
