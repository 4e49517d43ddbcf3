"""The history of servers: a series for each of their metrics, with its changes, levels and marks.

This is what tables are made of, and what a chart can be drawn from: see `History` and `Series`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

import msgspec
from msgspec.structs import replace

from ...facts.notices import Notice
from ...plan.metrics import METRICS
from ...stats.change_points import LEAST_RUNS, ChangePoint, segment
from ...stats.estimate import Estimate
from ...verdicts.verdict import harm_of
from .marks import Mark, marks_of
from .notices import of_times, of_unusable
from .record import Key, Source, Unusable, Value, time_of

LEAST_COUNT, LEAST_TIME = 0.001, 0.005
"""Smaller changes, as shares, are none: counts repeat within the one, and times are read to the other."""

ENOUGH = 2 * LEAST_RUNS
"""In fewer runs no change can be told."""


class Point(msgspec.Struct, frozen=True):
    """One run in a series: where it is from, its value, and what is the matter with it (`weaker`)."""

    source: Source
    estimate: Estimate
    version: str
    revision: str
    weaker: tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """The level of a series changed before its point `at` (index), surely before one of `first` to `last`.

    `share` is of the level before (0.05: 5 % more), `low` and `high` its 95 % interval. `doubts` say in words
    what else changed there than the server.
    """

    at: int
    first: int
    last: int
    word: Literal["REGRESSED", "IMPROVED"]
    share: float
    low: float
    high: float
    doubts: tuple[str, ...] = ()


class Level(msgspec.Struct, frozen=True):
    """Points from `begin` to before `end` (indices) have one level: their mean, in the unit of the series."""

    begin: int
    end: int
    estimate: Estimate


class Series(msgspec.Struct, frozen=True):
    """One metric of one server over time, the oldest point first; values are in `unit`.

    `key.against` names the server that times are ratios to; the unit is "ratio" then.
    """

    key: Key
    unit: str
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    changes: tuple[Change, ...]
    levels: tuple[Level, ...]

    @property
    def weaker(self) -> str:
        """What makes the whole series weaker evidence, in words, "" where nothing does."""
        if self.key.against or not self.key.machine:
            return ""
        return "absolute: what the machine does otherwise from one day to the next looks like a change"

    @property
    def state(self) -> str:
        """What came of it, in words: its last change, or that there was none."""
        if len(self.points) < ENOUGH:
            return f"{_runs(len(self.points))}: {ENOUGH} make a change visible"
        if self.changes:
            last = self.changes[-1]
            return f"{last.word} {last.share * 100:+.1f} % {_runs(len(self.points) - last.at)} ago"
        return f"no change in {_runs(len(self.points))}"


class History(msgspec.Struct, frozen=True):
    """All series of some files, from so many `runs`; `machines` are fingerprints with their words.

    `notices` say what was left out, and what is odd about the files.
    """

    series: tuple[Series, ...]
    runs: int
    machines: dict[str, str]
    notices: tuple[Notice, ...] = ()

    @property
    def groups(self) -> list[list[Series]]:
        """The series of the same thing, of all servers: what is shown in one table, and in one chart."""
        return [list(group) for _, group in groupby(self.series, lambda one: replace(one.key, server=""))]


def history_of(
    values: Iterable[Value], unusable: Sequence[Unusable] = (), machines: dict[str, str] | None = None
) -> History:
    """Return the history that values make, in whatever order they come."""
    groups: dict[Key, list[Value]] = {}
    sources = set[Source]()
    for one in sorted(values, key=lambda one: (time_of(one.source.started), one.source.file)):
        groups.setdefault(one.key, []).append(one)
        sources.add(one.source)
    family = sum(len(found) >= ENOUGH for found in groups.values())
    series = [_series(key, found, family) for key, found in groups.items()]
    shown = sorted(series, key=_order)
    used = {one.key.machine for one in shown}
    notices = (*of_times(groups.values()), *of_unusable(unusable), *_of_alternatives(shown))
    known = {name: words for name, words in (machines or {}).items() if name in used}
    return History(tuple(shown), len(sources), known, notices)


def _order(one: Series) -> tuple[object, ...]:
    key, metrics = one.key, [*METRICS]
    return (metrics.index(key.metric), key.workload, key.client, key.machine, key.settings, key.server)


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _series(key: Key, values: Sequence[Value], family: int) -> Series:
    counted = not key.machine
    logs = [math.log(one.estimate.value) for one in values]
    # what counts differ by within a run is the hash seeds', which are the same in every run
    errors = [0.0 if counted else _error(one.estimate) for one in values]
    least = math.log1p(LEAST_COUNT if counted else LEAST_TIME)
    found = segment(logs, errors, series=family, least=least)
    marks = tuple(marks_of(values))
    return Series(
        key,
        "ratio" if key.against else METRICS[key.metric].unit,
        tuple(Point(one.source, one.estimate, one.version, one.revision, one.weaker) for one in values),
        marks,
        tuple(_change(key, one, marks) for one in found.changes),
        tuple(Level(one.begin, one.end, one.mean.exp()) for one in found.levels),
    )


def _change(key: Key, one: ChangePoint, marks: Sequence[Mark]) -> Change:
    size = one.change.exp()
    worse = harm_of(key.metric, one.change.value) > 0
    doubts = (mark.text for mark in marks if one.first <= mark.at <= one.last and mark.kind == "instrument")
    return Change(
        one.at,
        one.first,
        one.last,
        "REGRESSED" if worse else "IMPROVED",
        size.value - 1,
        size.low - 1,
        size.high - 1,
        tuple(doubts),
    )


def _error(estimate: Estimate) -> float:
    """Return the standard error of a value's logarithm, about; inf where it has no interval."""
    if not (estimate.low > 0 and math.isfinite(estimate.high)):
        return math.inf
    return math.log(estimate.high / estimate.low) / 4


def _of_alternatives(series: Sequence[Series]) -> Iterator[Notice]:
    """Say that runs of several machines or settings are series of their own."""
    machines = {one.key.machine for one in series} - {""}
    if len(machines) > 1:
        yield Notice(f"the runs are of {len(machines)} kinds of machine: each has series of its own")
    alike = Counter(replace(one.key, settings=()) for one in series)
    if any(count > 1 for count in alike.values()):
        yield Notice("some runs were made with other settings than others: each kind has series of its own")
