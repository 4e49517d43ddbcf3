"""A series of runs as sums, so that every split of every stretch of it is judged at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

REACH, FAR = 2, 3.0
"""A run stands alone so many deviations from the median of itself and so many neighbours to each side; at an
end of the series, as many to one side."""

RESOLUTION = 1e-6
"""Nothing repeats more closely than this, in units of the logarithm."""

MAD = 1.4826
"""From a median absolute deviation to the standard deviation of a normal distribution."""

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class SeriesSums:
    """Sums of weights and weighted values from the first run on: any stretch is a difference of two.

    `values` are what is judged: without their median (`centre`), and with runs that stand alone drawn in.
    """

    def __init__(self, logs: Sequence[float], errors: Sequence[float]) -> None:
        self.count = len(logs)
        given = np.asarray(logs, dtype=float)
        self.centre = float(np.median(given))
        self.values = y = drawn_in(given - self.centre)
        w = weights_of(y, np.asarray(errors, dtype=float))
        self._weight, self._first, self._second = (
            np.concatenate([[0.0], np.cumsum(one)]) for one in (w, w * y, w * y * y)
        )

    def weight(self, begin: int, end: int) -> float:
        """Return the weight of a stretch; that of a usual run is 1."""
        return float(self._weight[end] - self._weight[begin])

    def mean(self, begin: int, end: int) -> float:
        """Return the weighted mean of a stretch."""
        return float(self._first[end] - self._first[begin]) / self.weight(begin, end)

    def residuals(self, ends: Sequence[int]) -> Floats:
        """Return what is left of the runs without the means of the stretches between these ends."""
        return np.concatenate([self.values[a:b] - self.mean(a, b) for a, b in pairwise(ends)])

    def splits(self, begin: Places, at: Places, end: Places) -> tuple[Floats, Floats]:
        """Return, for each split, the sum of squares between its two sides and that within them."""
        w, s = self._weight, self._first
        left, right, both = w[at] - w[begin], w[end] - w[at], w[end] - w[begin]
        gap = (s[end] - s[at]) / right - (s[at] - s[begin]) / left
        between = left * right / both * gap * gap
        total = self._second[end] - self._second[begin] - (s[end] - s[begin]) ** 2 / both
        return between, np.maximum(total - between, 0.0)

    def deviates(self, begin: Places, at: Places, end: Places, wider: float = 1.0) -> Floats:
        """Return the t of each split as a normal deviate (Wallace 1959); errors are `wider` by a factor."""
        between, within = self.splits(begin, at, end)
        df = np.asarray(end - begin - 2, dtype=float)
        square = between / np.maximum(within / df, RESOLUTION**2) / wider**2
        return np.asarray(np.sqrt(df * np.log1p(square / df)) * (8 * df + 1) / (8 * df + 3))

    def deviate(self, begin: int, at: int, end: int, wider: float) -> float:
        """Return that of one split."""
        one, place, other = (np.array([index]) for index in (begin, at, end))
        return float(self.deviates(one, place, other, wider)[0])

    def inflation(self, ends: Sequence[int]) -> float:
        """Return by how much runs that are like their neighbours widen the error of a mean; 1 where none are.

        For a first-order autoregression with coefficient f, that of the residuals, it is the square root of
        (1 + f) / (1 - f). An f that chance alone shows in 5 % of series counts as 0.
        """
        rest = self.residuals(ends)
        square = float(rest @ rest)
        f = min(float(rest[1:] @ rest[:-1]) / square, 0.9) if square else 0.0
        return math.sqrt((1 + f) / (1 - f)) if f > 1.645 / math.sqrt(self.count) else 1.0

    def spread(self, ends: Sequence[int]) -> tuple[float, int]:
        """Return the standard deviation of usual runs around their levels, and its degrees of freedom."""
        df = self.count - (len(ends) - 1)
        if df < 1:
            return math.inf, 1
        within = 0.0
        for begin, end in pairwise(ends):
            first, weight = float(self._first[end] - self._first[begin]), self.weight(begin, end)
            within += max(0.0, float(self._second[end] - self._second[begin]) - first**2 / weight)
        return math.sqrt(within / df), df


def drawn_in(values: Floats) -> Floats:
    """Return the values, those that stand alone moved to `FAR` deviations from the median around them.

    Hampel's identifier (Davies & Gather 1993, JASA 88); the deviation is that of the steps between runs, to
    which a few changes add nothing.
    """
    if len(values) < 2:
        return values
    spread = MAD * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2)
    size = min(2 * REACH + 1, len(values))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(values, size), axis=1)
    around = medians[np.clip(np.arange(len(values)) - REACH, 0, len(medians) - 1)]
    return np.asarray(np.clip(values, around - FAR * spread, around + FAR * spread))


def weights_of(values: Floats, errors: Floats) -> Floats:
    """Return weights of mean 1: the inverse of the variance between runs and of each one's own together.

    A run without an error of its own has the largest of all. The variance between runs is what the steps
    between them show beyond their own, and no less than a fourth of that.
    """
    known = np.isfinite(errors)
    if not known.any() or len(values) < 2:
        return np.ones(len(values))
    own = np.where(known, errors, float(errors[known].max())) ** 2
    total = (MAD * float(np.median(np.abs(np.diff(values))))) ** 2 / 2
    usual = float(np.median(own))
    between = max(total - usual, usual / 4, RESOLUTION**2)
    weights = 1 / (between + own)
    return np.asarray(weights / weights.mean())
