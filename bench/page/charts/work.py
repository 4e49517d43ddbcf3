"""Counted work: instructions per message of every server, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt

from ...analysis.count import CountAnalysis, CountGroup, CountRow
from ...plan.metrics import metric_title
from ...rendering.numbers import number
from .drawing import MOST, AnyChart, Cast, Datum, Drawing, data, ends, faded, high, tips

TOP = 10
"""How many parts of a metric are drawn, the largest first."""

DRAWN = ("instructions", "syscalls", "calls", "allocations")
"""What has a chart of its own, in this order."""

PARTED = ("instructions", "calls", "allocated", "syscalls")
"""What is split up by name; of several servers the first of these alone."""


def draw(analysis: CountAnalysis, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload and each metric that somebody has."""
    for group in analysis.groups[: MOST // 2]:
        for metric in DRAWN:
            rows = _rows(group, metric)
            if rows:
                name = metric_title(metric)
                said = "; ".join(f"{row['server']} {row['told']}" for row in rows)
                yield Drawing(
                    family="work",
                    title=f"{name[0].upper()}{name[1:]} per message, {group.workload}",
                    words=f"{name} per message: {said}. Less is better.",
                    chart=_bars(rows, cast, name),
                )


def _rows(group: CountGroup, metric: str) -> list[Datum]:
    return [
        {"server": row.server, "version": row.version, **ends(found), "told": number(found.value)}
        for row in group.rows
        if (found := row.estimates.get(metric))
    ]


def _bars(rows: list[Datum], cast: Cast, name: str) -> AnyChart:
    order = [str(row["server"]) for row in rows]
    room = alt.Scale(domainMin=0, domainMax=1.2 * max(float(row["value"] or 0) for row in rows), nice=False)
    base = alt.Chart(data(rows), height=high(rows, "server", 26)).encode(
        y=alt.Y("server:N", sort=order, title=None),
        x=alt.X("value:Q", title=f"{name} per message", axis=alt.Axis(format="~s"), scale=room),
        opacity=faded(),
        tooltip=tips(server="server", version="version", told=name),
    )
    text = base.mark_text(align="left", dx=4).encode(text="told:N")
    return alt.layer(base.mark_bar().encode(color=cast.colour()), text)


def draw_parts(analysis: CountAnalysis, cast: Cast) -> Iterator[Drawing]:
    """Yield charts of what counts are made of: of one server every metric, of several the instructions."""
    metrics = PARTED if len(analysis.plan.servers) == 1 else PARTED[:1]
    found = [
        (group, row, metric)
        for group in analysis.groups
        for row in group.rows
        for metric in metrics
        if row.parts.get(metric)
    ]
    for group, row, metric in found[:MOST]:
        rows = _parts(row, metric)
        said = "; ".join(f"{one['line']} {one['told']}" for one in rows)
        yield Drawing(
            family="parts",
            title=f"{row.server}: {metric_title(metric)} by name, {group.workload}",
            words=f"the {len(rows)} largest parts of {metric_title(metric)} per message: {said}.",
            chart=_parts_chart(rows, cast, metric_title(metric)),
        )


def _parts(row: CountRow, metric: str) -> list[Datum]:
    whole = sum(value for _, value in row.parts[metric])
    return [
        {
            "line": name,
            "server": row.server,
            "value": value,
            "told": number(value),
            "share": f"{value / whole:.1%}" if whole else "–",
        }
        for name, value in row.parts[metric][:TOP]
    ]


def _parts_chart(rows: list[Datum], cast: Cast, name: str) -> AnyChart:
    base = alt.Chart(data(rows), height=high(rows, "line", 20)).encode(
        y=alt.Y("line:N", sort=None, title=None),
        x=alt.X("value:Q", title=f"{name} per message", axis=alt.Axis(format="~s")),
        opacity=faded(),
        tooltip=tips(line="where", told="per message", share="share"),
    )
    return alt.layer(base.mark_bar().encode(color=cast.colour(legend=False)))
