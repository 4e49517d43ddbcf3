"""Where a series of runs changes its level: each place with an interval, and the size of each with another.

Runs differ from session to session by more than their rounds say. So the noise is taken from the series
itself, and the error that a run has by its own rounds only weighs it. All values are logarithms: sizes are
ln(after / before), and nothing depends on the unit.

The search is seeded binary segmentation (Kovács, Bühlmann, Li, Munk 2023, Biometrika 110): t statistics of
every split of a fixed set of intervals, which also finds what was mended again. A split is a change where
its t, as the normal deviate it stands for (Wallace 1959), passes the Bonferroni bound over all splits of all
series (Worsley 1979, JASA 74, for one interval), and still does between its neighbours, with errors widened
where runs are like the ones before them. The interval of a place is the set that a likelihood ratio does not
reject (Hansen 2000, Econometrica 68; for changes Eo & Morley 2015, Quantitative Economics 6); sizes have t
intervals over the runs around all levels. docs/history.md has how often all this is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

import msgspec
import numpy as np

from .estimate import Estimate
from .series_sums import RESOLUTION, Places, SeriesSums
from .t_distribution import t_quantile

LEAST_RUNS = 3
"""A level has so many runs at least: fewer may be an accident."""

ALPHA = 0.01
"""The chance that any of some series without a change shows one, where noise is normal and independent. It is
small, for they are looked at again with every new run."""

CRITICAL = -2 * math.log(1 - math.sqrt(0.95))
"""The likelihood ratio that 95 % of true places stay under (Hansen 2000, theorem 2): 7.35."""

SHRINK = math.sqrt(2)
"""How much longer the intervals of each kind are than those of the one before."""


class ChangePoint(msgspec.Struct, frozen=True):
    """The level changed before run `at` (its index), with 95 % confidence before one of `first` to `last`.

    `change` is ln(after / before), its `n` the runs of both levels.
    """

    at: int
    first: int
    last: int
    change: Estimate


class Level(msgspec.Struct, frozen=True):
    """The runs from index `begin` to before `end` have one level: the mean of their logarithms."""

    begin: int
    end: int
    mean: Estimate


class Segmented(msgspec.Struct, frozen=True):
    """Changes and the levels between them, in order; no levels where there is no run."""

    changes: tuple[ChangePoint, ...]
    levels: tuple[Level, ...]


def segment(
    logs: Sequence[float], errors: Sequence[float], *, series: int = 1, least: float = 0.0
) -> Segmented:
    """Return where the level of one of so many `series` changed, by at least `least`.

    `logs` are in the order of time, `errors` the standard error of each by its own rounds, inf where unknown.
    Raises ValueError where there are not as many of both, or a value is not finite.
    """
    if len(logs) != len(errors) or not all(map(math.isfinite, logs)):
        raise ValueError("every run needs a finite value and an error")
    if not logs:
        return Segmented((), ())
    sums = SeriesSums(logs, errors)
    ends = [0, *_places(sums, _bound(sums.count, max(1, series)), least), sums.count]
    wider = sums.inflation(ends) if len(logs) > 1 else 1.0
    sd, df = sums.spread(ends)
    sd *= wider
    changes = (_change(sums, ends[i - 1 : i + 2], sd, df) for i in range(1, len(ends) - 1))
    return Segmented(tuple(changes), tuple(_level(sums, *pair, sd, df) for pair in pairwise(ends)))


def _places(sums: SeriesSums, bound: float, least: float) -> list[int]:
    """Return where the changes are: those that are surely some beside each other, weak ones dropped."""
    places = _refined(sums, _searched(sums, bound))
    while places:
        ends = [0, *places, sums.count]
        wider = sums.inflation(ends)
        scores = [
            sums.deviate(begin, at, end, wider)
            if abs(sums.mean(at, end) - sums.mean(begin, at)) >= least
            else 0.0
            for begin, at, end in zip(ends, ends[1:], ends[2:], strict=False)
        ]
        if min(scores) >= bound:
            break
        weak = places[scores.index(min(scores))]
        places = _refined(sums, [one for one in places if one != weak])
    return places


@lru_cache
def _bound(count: int, series: int) -> float:
    """Return the deviate that all splits of so many runs and series stay under, but for `ALPHA`."""
    tried = sum(len(begins) * (length - 2 * LEAST_RUNS + 1) for length, begins in _intervals(count))
    return NormalDist().inv_cdf(1 - ALPHA / (2 * max(1, tried) * series))


@lru_cache
def _intervals(count: int) -> tuple[tuple[int, Places], ...]:
    """Return the lengths of intervals and where those of each begin, about half a length apart."""
    found, length = list[tuple[int, Places]](), 2.0 * LEAST_RUNS
    while length < count:
        size = round(length)
        many = math.ceil(2 * (count - size) / size) + 1
        found.append((size, np.unique(np.linspace(0, count - size, many).astype(np.int64))))
        length *= SHRINK
    return (*found, (count, np.zeros(1, np.int64))) if count >= 2 * LEAST_RUNS else ()


def _searched(sums: SeriesSums, bound: float) -> list[int]:
    """Return splits past the bound, the surest first; intervals that hold one are done with."""
    found = list[int]()
    for _, at, begin, end in sorted(_best(sums, bound)):
        apart = all(abs(at - other) >= LEAST_RUNS for other in found)
        if apart and not any(begin < other < end for other in found):
            found.append(at)
    return found


def _best(sums: SeriesSums, bound: float) -> Iterator[tuple[float, int, int, int]]:
    """Yield the best split of each interval past the bound: its deviate, negative, place and interval."""
    for length, begins in _intervals(sums.count):
        at = begins[:, None] + np.arange(LEAST_RUNS, length - LEAST_RUNS + 1)
        begin = np.broadcast_to(begins[:, None], at.shape)
        scores = sums.deviates(begin, at, begin + length)
        for row, place in enumerate(scores.argmax(axis=1)):
            if scores[row, place] > bound:
                start = int(begins[row])
                yield -float(scores[row, place]), int(at[row, place]), start, start + length


def _candidates(begin: int, end: int) -> Places:
    return np.arange(begin + LEAST_RUNS, end - LEAST_RUNS + 1, dtype=np.int64)


def _within(
    sums: SeriesSums, begin: int, end: int
) -> tuple[Places, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return where a stretch may be split, and the sum of squares that is left with each."""
    places = _candidates(begin, end)
    _, within = sums.splits(np.full_like(places, begin), places, np.full_like(places, end))
    return places, within


def _refined(sums: SeriesSums, places: Sequence[int]) -> list[int]:
    """Return each place moved, twice, to where it leaves least between its neighbours."""
    ends = [0, *sorted(places), sums.count]
    for i in [*range(1, len(ends) - 1)] * 2:
        candidates, within = _within(sums, ends[i - 1], ends[i + 1])
        ends[i] = int(candidates[within.argmin()])
    return ends[1:-1]


def _change(sums: SeriesSums, ends: Sequence[int], sd: float, df: int) -> ChangePoint:
    begin, at, end = ends
    places, within = _within(sums, begin, end)
    kept = places[within - within[places == at] <= CRITICAL * max(sd, RESOLUTION) ** 2]
    value = sums.mean(at, end) - sums.mean(begin, at)
    se = sd * math.sqrt(1 / sums.weight(begin, at) + 1 / sums.weight(at, end))
    half = t_quantile(0.975, df) * se
    change = Estimate(value, value - half, value + half, end - begin)
    return ChangePoint(at, int(kept.min()), int(kept.max()), change)


def _level(sums: SeriesSums, begin: int, end: int, sd: float, df: int) -> Level:
    value = sums.centre + sums.mean(begin, end)
    half = t_quantile(0.975, df) * sd / math.sqrt(sums.weight(begin, end))
    return Level(begin, end, Estimate(value, value - half, value + half, end - begin))
