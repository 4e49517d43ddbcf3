"""A series as sums: held against scipy and against sums taken one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from wsbench.stats.series_sums import SeriesSums, drawn_in, weights_of

VALUES = np.random.default_rng(3).normal(0, 0.02, 24)


def test_a_deviate_is_that_of_the_t_of_two_samples():
    """The t test of scipy for of both sides, as the normal deviate with the same probability."""
    sums = SeriesSums(VALUES.tolist(), [math.inf] * 24)
    for begin, at, end in ((0, 5, 24), (3, 9, 20), (10, 13, 16)):
        test = stats.ttest_ind(sums.values[begin:at], sums.values[at:end])
        expected = stats.norm.isf(test.pvalue / 2)
        assert sums.deviate(begin, at, end, 1.0) == pytest.approx(expected, rel=0.02)


def test_weights_are_those_of_runs_and_of_their_own_errors():
    """An uncertain run weighs less, one without an error as much as the most uncertain one."""
    errors = np.array([0.01] * 22 + [0.2, math.inf])
    weights = weights_of(VALUES, errors)
    assert weights.mean() == pytest.approx(1)
    assert weights[0] > 10 * weights[22] == 10 * weights[23]
    assert weights_of(VALUES, np.full(24, math.inf)).tolist() == [1.0] * 24


def test_a_weighted_mean_leans_to_the_surer_runs():
    """As numpy's average has it."""
    errors = np.array([0.01] * 12 + [0.1] * 12)
    sums = SeriesSums(VALUES.tolist(), errors.tolist())
    weights = weights_of(sums.values, errors)
    assert sums.mean(6, 18) == pytest.approx(np.average(sums.values[6:18], weights=weights[6:18]))
    assert sums.weight(6, 18) == pytest.approx(weights[6:18].sum())


def test_a_run_alone_is_drawn_in_and_three_are_not():
    """One far away is an accident; a level of three is kept as it is."""
    alone, three = VALUES.copy(), VALUES.copy()
    alone[10] = 5.0
    three[10:13] += 5.0
    assert abs(drawn_in(alone)[10]) < 0.2
    assert drawn_in(three)[10:13].min() > 4.5
    assert drawn_in(np.array([1.0])).tolist() == [1.0]


def test_neighbours_that_are_alike_widen_errors():
    """By the factor of an autoregression; independent runs by nothing."""
    random = np.random.default_rng(1)
    steps, walk = random.normal(size=400), [0.0]
    for step in steps:
        walk.append(0.6 * walk[-1] + step)
    counted = np.corrcoef(walk[1:], walk[:-1])[0, 1]
    assert SeriesSums(walk, [math.inf] * 401).inflation([0, 401]) == pytest.approx(
        math.sqrt((1 + counted) / (1 - counted)), rel=0.02
    )
    assert SeriesSums(steps.tolist(), [math.inf] * 400).inflation([0, 400]) == 1.0
    assert SeriesSums([1.0] * 8, [0.0] * 8).inflation([0, 8]) == 1.0


def test_the_spread_is_that_around_the_levels():
    """With as many degrees of freedom as runs less levels; none is no spread at all."""
    sums = SeriesSums(VALUES.tolist(), [math.inf] * 24)
    squares = sum(float(((part - part.mean()) ** 2).sum()) for part in (sums.values[:9], sums.values[9:]))
    assert sums.spread([0, 9, 24]) == (pytest.approx(math.sqrt(squares / 22)), 22)
    assert SeriesSums([1.0], [0.1]).spread([0, 1]) == (math.inf, 1)
