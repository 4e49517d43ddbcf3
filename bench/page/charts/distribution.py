"""Distributions of round trips: time against percentile, each further nine with as much room as the last."""

from __future__ import annotations

import math
from collections.abc import Iterator

import altair as alt

from ...facts.facts import Facts
from ...rendering.numbers import microseconds
from ...stats.estimate import MIN_TAIL
from ...stats.histogram import merge
from ..sources import of_goal
from .drawing import MOST, AnyChart, Cast, Datum, Drawing, data, faded, tips

STEPS = 8
"""Points for each nine."""

AXIS = alt.Axis(
    values=[1, 2, 10, 100, 1_000, 10_000, 100_000],
    labelExpr="datum.value == 1 ? 'least' : 'p' + format(100 - 100 / datum.value, '.6~r')",
    grid=True,
)


def draw(facts: Facts, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload that measures round trips."""
    for client, workload, indices in of_goal(facts, "latency")[:MOST]:
        rows = [row for index in indices for row in _curve(facts, index)]
        if rows:
            yield Drawing(
                family="distribution",
                title=f"Distribution of round trips, {workload}, driven by {client}",
                words=f"round trips of all rounds together, in µs: {_said(rows)}. Lower is better.",
                chart=_chart(rows, cast),
            )


def _curve(facts: Facts, index: int) -> Iterator[Datum]:
    """Yield points of a cell's distribution, up to the last percentile with enough round trips beyond it."""
    histogram = merge(record.histogram for record in facts.records[index].values())
    most = histogram.get_total_count() / MIN_TAIL
    if most < 2:
        return
    places = sorted(
        {0, math.log10(2), *(place / STEPS for place in range(int(math.log10(most) * STEPS) + 1))}
    )
    times = histogram.get_percentile_to_value_dict([100 - 100 * 10**-place for place in places])
    for place, (percentile, ns) in zip(places, times.items(), strict=True):
        yield {
            "server": facts.cells[index].server,
            "nines": 10**place,
            "value": ns / 1000,
            "told": microseconds(ns),
            "percentile": f"p{percentile:.6g}",
            "whole": place in {math.log10(2), *range(1, 9)},
        }


def _said(rows: list[Datum]) -> str:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["whole"]:
            found.setdefault(str(row["server"]), []).append(f"{row['percentile']} {row['told']}")
    return "; ".join(f"{server} {', '.join(told)}" for server, told in found.items())


def _chart(rows: list[Datum], cast: Cast) -> AnyChart:
    base = alt.Chart(data(rows), height=300).encode(
        x=alt.X("nines:Q", title="percentile", scale=alt.Scale(type="log", nice=False), axis=AXIS),
        y=alt.Y("value:Q", title="round trip µs", scale=alt.Scale(type="log", nice=False, padding=10)),
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(server="server", percentile="percentile", told="µs"),
    )
    points = base.transform_filter("datum.whole").mark_point(filled=True, size=70)
    return alt.layer(base.mark_line(strokeWidth=2), points.encode(shape=cast.shape()))
