"""Several stored runs beside each other: the same thing in each of them, with its interval."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt

from ...analysis.side_by_side import Line, Shared, SideBySide, Value
from ...plan.metrics import METRICS, divisor_of
from .drawing import COLOURS, MOST, SHAPES, AnyChart, Datum, Drawing, data, ends, faded, having, high, tips


def draw(found: SideBySide) -> Iterator[Drawing]:
    """Yield a chart for each table, a mark for each run."""
    names = [source.name for source in found.sources]
    for shared in found.tables[: 2 * MOST]:
        metrics = dict.fromkeys(line.metric for line in shared.lines)
        for metric in metrics:
            rows = [row for line in shared.lines if line.metric == metric for row in _rows(line, names)]
            unit = _unit(metric)
            said = "; ".join(f"{row['line']} in {row['run']} {row['told']}" for row in rows)
            yield Drawing(
                family="runs",
                title=f"{metric.replace('_', ' ')}, {shared.subject}",
                words=f"{unit} with its 95 % interval: {said}.",
                chart=_chart(rows, names, shared, unit),
            )


def _unit(metric: str) -> str:
    return "µs" if METRICS[metric].unit == "ns" else "msg/s"


def _rows(line: Line, names: list[str]) -> Iterator[Datum]:
    scale = divisor_of(line.metric)
    for name, value in zip(names, line.values, strict=True):
        if value:
            yield _row(line, name, value, scale)


def _row(line: Line, name: str, value: Value, scale: float) -> Datum:
    return {
        "line": line.name,
        "server": line.name,
        "run": name,
        "version": value.version,
        **ends(value.estimate, scale),
    }


def _chart(rows: list[Datum], names: list[str], shared: Shared, unit: str) -> AnyChart:
    places = range(len(names))
    colours, shapes = ([of[place % len(of)] for place in places] for of in (COLOURS, SHAPES))
    scale = alt.Scale(zero=False, padding=12)
    base = alt.Chart(data(rows), height=high(rows, "line", 12 + 16 * len(names))).encode(
        y=alt.Y("line:N", sort=None, title=shared.what if shared.what != "server" else None),
        yOffset=alt.YOffset("run:N", sort=names),
        color=alt.Color("run:N", scale=alt.Scale(domain=names, range=colours), legend=alt.Legend(title=None)),
        opacity=faded(),
        tooltip=tips(line=shared.what, run="run", version="version", told=unit),
    )
    shape = alt.Shape("run:N", scale=alt.Scale(domain=names, range=shapes))
    return alt.layer(
        *(
            one.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=unit, scale=scale), x2="high:Q")
            for one in having(base, rows)
        ),
        base.mark_point(filled=True, size=80).encode(
            x=alt.X("value:Q", title=unit, scale=scale), shape=shape
        ),
    )
