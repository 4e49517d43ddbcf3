"""Stored runs over time: every run with its interval, the levels between changes, and where they changed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence

import altair as alt

from ...analysis.history.record import Key
from ...analysis.history.series import History, Point, Series
from ...report.history.words import head_of, metric_words, percent, scale_of, when
from ...stats.estimate import Estimate
from .drawing import MOST, AnyChart, Cast, Datum, Drawing, data, ends, faded, having, tips

MOST_POINTS = 60
"""Of more runs, some are one mark: thousands of marks are megabytes, and nobody sees them apart."""


def draw(found: History, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each metric of each workload; all servers are in it."""
    for group in found.groups[: 2 * MOST]:
        key = group[0].key
        rows = [row for one in group for row in _points(one)]
        levels = [row for one in group for row in _levels(one)]
        said = "; ".join(f"{one.key.server}: {one.state}" for one in group)
        yield Drawing(
            family="history",
            title=_title(key),
            words=f"{_values(group)}; {said}.",
            chart=_chart(rows, levels, [row for one in group for row in _changes(one)], head_of(key), cast),
        )


def _title(key: Key) -> str:
    against = f" as a multiple of {key.against}'s" if key.against else ""
    driver = f", driven by {key.client}" if key.client else ""
    return f"{metric_words(key)}{against}, {key.workload}{driver}"


def _values(group: Sequence[Series]) -> str:
    """Return what a mark is."""
    if max(len(one.points) for one in group) <= MOST_POINTS:
        return "each run with its 95 % interval"
    return "some runs at a time, their median, from the least to the most of them"


def _points(one: Series) -> Iterator[Datum]:
    """Yield a row for each run; of many, one for some runs that have one level."""
    some = math.ceil(len(one.points) / MOST_POINTS)
    for level in one.levels:
        for begin in range(level.begin, level.end, some):
            yield _point(one, one.points[begin : min(begin + some, level.end)])


def _point(one: Series, points: Sequence[Point]) -> Datum:
    """Return a run with its interval; or the median of several, from the least to the most of them."""
    first, middle, last = points[0], points[len(points) // 2], points[-1]
    values = sorted(point.estimate.value for point in points)
    many = len(points) > 1
    spread = Estimate(statistics.median(values), values[0], values[-1], len(points))
    return {
        "server": one.key.server,
        "started": middle.source.started,
        "when": f"{when(first.source.started)} to {when(last.source.started)}"
        if many
        else when(first.source.started),
        "version": last.version,
        "label": f"{len(points)} runs" if many else first.source.label,
        **ends(spread if many else first.estimate, scale_of(one.key)),
    }


def _levels(one: Series) -> Iterator[Datum]:
    """Yield both ends of each level: a line that steps where the level changed."""
    for number, level in enumerate(one.levels):
        for at in (level.begin, level.end - 1):
            yield {
                "server": one.key.server,
                "part": f"{one.key.server} {number}",
                "started": one.points[at].source.started,
                "value": level.estimate.value / scale_of(one.key),
            }


def _changes(one: Series) -> Iterator[Datum]:
    for change in one.changes:
        yield {
            "server": one.key.server,
            "started": one.points[change.at].source.started,
            "word": change.word,
            "size": f"{percent(change.share)} [{percent(change.low)}, {percent(change.high)}]",
            "before": when(one.points[change.first].source.started),
            "to": when(one.points[change.last].source.started),
        }


def _chart(
    rows: Sequence[Datum], levels: Sequence[Datum], changes: Sequence[Datum], title: str, cast: Cast
) -> AnyChart:
    x, scale = alt.X("started:T", title=None), alt.Scale(zero=False, padding=12)
    base = alt.Chart(data(rows), height=220).encode(
        x=x,
        color=cast.colour(),
        opacity=faded(0.7),
        tooltip=tips(server="server", when="run", version="version", label="label", told=title),
    )
    lines = alt.Chart(data(levels)).encode(
        x=x,
        y=alt.Y("value:Q", title=title, scale=scale),
        color=cast.colour(),
        opacity=faded(),
        detail="part:N",
    )
    found = [
        lines.mark_line(strokeWidth=2),
        *(
            one.mark_rule().encode(y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q")
            for one in having(base, list(rows))
        ),
        base.mark_point(filled=True, size=45).encode(
            y=alt.Y("value:Q", title=title, scale=scale), shape=cast.shape()
        ),
    ]
    if changes:
        marks = alt.Chart(data(changes)).encode(
            x=x,
            color=cast.colour(),
            opacity=faded(),
            tooltip=tips(server="server", word="change", size="by", before="earliest", to="latest"),
        )
        found.append(marks.mark_rule(strokeDash=[4, 3], strokeWidth=1.5))
    return alt.layer(*found)
