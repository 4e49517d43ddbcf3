"""The tables of a history: an overview of all series, and of a few each run, the newest last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...analysis.history.record import Key
from ...analysis.history.series import ENOUGH, Change, History, Series
from ...rendering.columns import NO_INTERVAL, Column, Table, lines_of_notices, table_of
from ...rendering.numbers import MISSING, interval
from ...rendering.sparkline import sparkline
from ...rendering.terminal import is_wide
from ..formats import Page
from .words import head_of, metric_words, percent, scale_of, size_of, when

DETAILED = 3
"""Of so many series each run is shown; of more, the formats csv and json have them."""

RULE = (
    "REGRESSED, IMPROVED: the level of the runs changed; at most 1 % of histories in which nothing"
    " changed show one (docs/history.md). ± and [ ] are 95 % intervals, and so are runs from A to B."
)


class Row(NamedTuple):
    """One run of a series, by its index."""

    series: Series
    at: int


def pages(found: History, width: int | None) -> list[Page]:
    """Return the overview, the runs of a few series, and every notice."""
    if not found.series:
        return [Page([], ["none of the files has a number to show", *lines_of_notices(found.notices)])]
    wide = is_wide(width)
    several = len(found.machines) > 1
    tables = [_overview(group, found, several=several, wide=wide) for group in found.groups]
    if len(found.series) <= DETAILED:
        tables += [_runs_table(one, wide=wide) for one in found.series]
    machines = [] if several else [f"{one}." for one in found.machines.values()]
    rest = []
    if len(found.series) > DETAILED:
        rest.append(f"Each run is in --format csv; of up to {DETAILED} series it is here, too.")
    runs = f"{found.runs} run{'' if found.runs == 1 else 's'}, the oldest first."
    if any(len(one.points) < ENOUGH for one in found.series):
        rest.append(f"Too few: a change is visible in {ENOUGH} runs or more.")
    closing = [" ".join([runs, *rest]), *machines, RULE, *lines_of_notices(found.notices)]
    return [Page(tables, closing)]


def _newest(one: Series, wide: bool) -> str:
    places = (3 if one.points[-1].estimate.value < 2 else 2) if one.key.against else None
    return interval(one.points[-1].estimate, wide=wide, scale=scale_of(one.key), places=places)


def _over_time(one: Series, wide: bool) -> str:
    values = [point.estimate.value for point in one.points]
    return sparkline(values, [change.at for change in one.changes], width=40 if wide else 16)


def _word(one: Series, _wide: bool) -> str:
    if one.changes:
        return one.changes[-1].word
    return "no change" if len(one.points) >= ENOUGH else "too few"


def _overview(group: Sequence[Series], found: History, *, several: bool, wide: bool) -> Table:
    key = group[0].key
    columns = (
        Column[Series](("server",), lambda one, _wide: one.key.server, numeric=False),
        Column[Series](("runs",), lambda one, _wide: str(len(one.points))),
        Column[Series]((head_of(key),), _newest),
        Column[Series](("over time",), _over_time, numeric=False),
        Column[Series](
            ("last",), lambda one, _wide: percent(one.changes[-1].share) if one.changes else MISSING
        ),
        Column[Series](("change",), _word, numeric=False),
    )
    by = f", driven by {key.client}" if key.client else ""
    title = f"{metric_words(key)}{f' as a ratio to {key.against}' if key.against else ''}, {key.workload}{by}"
    below = [line for one in group for change in one.changes for line in _told(one, change)]
    below += [f"{group[0].weaker}."] if group[0].weaker else []
    below += [NO_INTERVAL] if any(math.isinf(one.points[-1].estimate.high) for one in group) else []
    if several and key.machine:
        below.append(f"machine: {found.machines.get(key.machine, key.machine)}.")
    if any(_beside(one.key, key) for one in found.series):
        below.append(f"settings: {', '.join(key.settings)}.")
    return table_of(title, columns, group, wide=wide, below=below)


def _beside(one: Key, key: Key) -> bool:
    """Whether a series differs from another in its settings alone."""
    alike = (one.metric, one.against, one.workload, one.client, one.machine)
    return (
        alike == (key.metric, key.against, key.workload, key.client, key.machine)
        and one.settings != key.settings
    )


def _told(one: Series, change: Change) -> Iterator[str]:
    """Yield what is known of a change: its size, where it is, what else changed there."""
    size = size_of(change.share, change.low, change.high)
    place = _place(one, change)
    yield f"{one.key.server} {change.word} {size} {place}"
    served = [
        mark.text for mark in one.marks if change.first <= mark.at <= change.last and mark.kind == "server"
    ]
    yield from (f"  there: {text}" for text in served)
    yield from (f"  but there too: {text}; it may be what measured, not the server" for text in change.doubts)


def _place(one: Series, change: Change) -> str:
    """Return between which runs a change is, by time and label."""
    at = _name(one, change.at)
    if change.first == change.last:
        return f"at {at}, after {_name(one, change.at - 1)}"
    return f"at {at} (from {_name(one, change.first)} to {_name(one, change.last)})"


def _name(one: Series, at: int) -> str:
    source = one.points[at].source
    return f"{when(source.started)} {source.label}"


def _runs_table(one: Series, *, wide: bool) -> Table:
    """Return the table of a series: a row a run, the newest last."""
    first, changes = one.levels[0].estimate.value, {change.at: change for change in one.changes}
    marks: dict[int, list[str]] = {}
    for mark in one.marks:
        marks.setdefault(mark.at, []).append(mark.text)

    def said(row: Row, _wide: bool) -> str:
        change = changes.get(row.at)
        return f"{change.word} {size_of(change.share, change.low, change.high)}" if change else ""

    def value(row: Row, wide: bool) -> str:
        places = 3 if one.key.against else None
        return interval(one.points[row.at].estimate, wide=wide, scale=scale_of(one.key), places=places)

    columns = (
        Column[Row](
            ("began (UTC)",), lambda row, _wide: when(one.points[row.at].source.started), numeric=False
        ),
        Column[Row](("label",), lambda row, _wide: one.points[row.at].source.label, numeric=False),
        Column[Row](
            ("version",), lambda row, _wide: one.points[row.at].version.split(" on ")[0], numeric=False
        ),
        Column[Row]((head_of(one.key),), value),
        Column[Row](("to first",), lambda row, _wide: percent(one.points[row.at].estimate.value / first - 1)),
        Column[Row](("level",), said, numeric=False),
    )
    below = [
        f"from {when(one.points[at].source.started)} on: {text}."
        for at, found in marks.items()
        for text in found
    ]
    below += [NO_INTERVAL] if any(math.isinf(point.estimate.high) for point in one.points) else []
    weak = [(point.source.started, text) for point in one.points for text in point.weaker]
    below += [f"{when(started)}: {text}." for started, text in weak]
    rows = [Row(one, at) for at in range(len(one.points))]
    return table_of(
        f"{one.key.server}, {metric_words(one.key)}, run by run", columns, rows, wide=wide, below=below
    )
