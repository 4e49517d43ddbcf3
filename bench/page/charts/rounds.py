"""Every round of every server, against the server's own middle: a drift or a bad round is seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import altair as alt

from ...facts import cell_values
from ...facts.facts import Facts
from ...plan.metrics import divisor_of, main_metric, metric_title
from ...rendering.numbers import number
from ..sources import of_goal
from .drawing import MOST, AnyChart, Cast, Datum, Drawing, data, faded, tips


def draw(facts: Facts, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload, of two rounds or more."""
    if len(facts.run.rounds) < 2:
        return
    for client, workload, indices in of_goal(facts, "latency", "throughput")[:MOST]:
        metric = main_metric(workload)
        rows = [row for index in indices for row in _rounds(facts, index, metric)]
        if rows:
            title = metric_title(metric).removesuffix(" µs")
            yield Drawing(
                family="rounds",
                title=f"{title} round by round, {workload}, driven by {client}",
                words=f"how far the {title} of each round is from the server's median round, in percent;"
                f" from least to most: {_said(rows)}.",
                chart=_chart(rows, cast),
            )


def _rounds(facts: Facts, index: int, metric: str) -> list[Datum]:
    scale = divisor_of(metric)
    found = {
        number: value
        for number, record in facts.records[index].items()
        if (value := cell_values.whole(record, metric))
    }
    if not found:
        return []
    middle = statistics.median(found.values())
    return [
        {
            "server": facts.cells[index].server,
            "round": place + 1,
            "value": (value / middle - 1) * 100,
            "told": number(value / scale),
        }
        for place, value in found.items()
    ]


def _said(rows: list[Datum]) -> str:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(str(row["server"]), []).append(float(row["value"] or 0))
    return "; ".join(f"{name} {min(far):+.1f} to {max(far):+.1f} %" for name, far in found.items())


def _chart(rows: list[Datum], cast: Cast) -> AnyChart:
    base = alt.Chart(data(rows), height=180).encode(
        x=alt.X("round:Q", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(nice=False, padding=8)),
        y=alt.Y("value:Q", title="% from its median"),
        color=cast.colour(),
        opacity=faded(0.85),
        tooltip=tips(server="server", round="round", told="measured"),
    )
    return alt.layer(
        base.mark_line(strokeWidth=1), base.mark_point(filled=True, size=50).encode(shape=cast.shape())
    )
