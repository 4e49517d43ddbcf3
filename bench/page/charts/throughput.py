"""Throughput against the CPU time that a message costs the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt

from ...analysis.run import Analysis, Group
from ...rendering.numbers import interval
from .drawing import GREY, MOST, AnyChart, Cast, Datum, Drawing, data, ends, faded, having, tips

CORE_US = 1_000_000
"""A core has so many µs a second: so many messages of 1 µs it can carry."""


def draw(analysis: Analysis, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload that measures throughput."""
    for group in [one for one in analysis.groups if one.workload.goal == "throughput"][:MOST]:
        if rows := _rows(group):
            said = "; ".join(f"{row['server']} {row['told']} msg/s at {row['cpu_told']} µs" for row in rows)
            yield Drawing(
                family="throughput",
                title=f"Throughput against CPU, {group.workload}, driven by {group.driver}",
                words=f"messages a second, and the server's CPU time for each: {said}. Left and up is better."
                " The line is what one core can do at most.",
                chart=_chart(rows, cast),
            )


def _rows(group: Group) -> list[Datum]:
    found: list[Datum] = []
    for row in group.rows:
        rate, cpu = row.estimates.get("throughput"), row.estimates.get("server_cpu")
        if rate and cpu:
            of_cpu = ends(cpu, 1000)
            found.append(
                {
                    "server": row.server,
                    "version": row.version,
                    "limit": row.limit or "–",
                    **ends(rate),
                    "cpu": of_cpu["value"],
                    "cpu_low": of_cpu["low"],
                    "cpu_high": of_cpu["high"],
                    "cpu_told": interval(cpu, wide=True, scale=1000),
                }
            )
    return found


def _chart(rows: list[Datum], cast: Cast) -> AnyChart:
    x: Any = alt.Scale(type="log", nice=False, padding=24)
    y: Any = alt.Scale(type="log", nice=False, padding=24)
    base = alt.Chart(data(rows), height=300).encode(
        x=alt.X("cpu:Q", title="server CPU µs per message", scale=x),
        y=alt.Y("value:Q", title="msg/s", scale=y, axis=alt.Axis(format="~s")),
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(
            server="server", version="version", told="msg/s", cpu_told="server CPU µs", limit="limit"
        ),
    )
    across = [
        one.mark_rule(strokeWidth=2).encode(x=alt.X("cpu_low:Q", title="", scale=x), x2="cpu_high:Q")
        for one in having(base, rows, "cpu_low")
    ]
    upright = [
        one.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", title="msg/s", scale=y), y2="high:Q")
        for one in having(base, rows)
    ]
    times = [float(row["cpu"] or 1) for row in rows]
    core = [{"cpu": one, "value": CORE_US / one} for one in (min(times), max(times))]
    line = alt.Chart(data(core)).mark_line(strokeDash=[4, 4], color=GREY, strokeWidth=1)
    return alt.layer(
        line.encode(x=alt.X("cpu:Q", scale=x), y=alt.Y("value:Q", scale=y)),
        *across,
        *upright,
        base.mark_point(filled=True, size=90).encode(shape=cast.shape()),
    )
