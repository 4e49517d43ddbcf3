"""The course of the steps of load runs: messages due and answered, and response times, second by second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import altair as alt

from ...rendering.numbers import microseconds, number
from ...report.rates.columns import rate_text
from .drawing import AnyChart, Cast, Datum, Drawing, data, faded, tips
from .load import Named

LEAST = 2
"""A step of fewer seconds has no course."""

COUNTS = {"due": "due", "answered": "answered"}
TIMES = {"p50_ns": "response p50", "p99_ns": "response p99"}
"""What is drawn of each second, by its field, and what it is called."""


def draw(runs: Sequence[Named], cast: Cast) -> Iterator[Drawing]:
    """Yield messages and response times by second, all steps of all runs in the same charts."""
    title = ", ".join(dict.fromkeys(one.said.plan.workload.what for one in runs))
    for names, head, unit in ((COUNTS, "Messages", "msg/s"), (TIMES, "Response times", "µs")):
        rows = [row for one in runs for row in _seconds(one, names)]
        if rows:
            yield Drawing(
                family="course",
                title=f"{head} second by second, {title}",
                words=f"{head} in each second of each step, in {unit}: {'; '.join(_said(rows))}.",
                chart=_chart(rows, names, unit, cast),
            )


def _seconds(one: Named, names: dict[str, str]) -> Iterator[Datum]:
    """Yield each second of the steps that rows are about; the ramp is a part of the first ones."""
    for row in one.said.rows:
        for step in row.steps if row.rate else ():
            for second in step.seconds if len(step.seconds) >= LEAST else ():
                for field, said in names.items():
                    value = getattr(second, field)
                    if value is not None:
                        yield {
                            "server": one.name,
                            "second": second.at_s,
                            "rate_told": rate_text(step.rate),
                            "round": step.round + 1,
                            "step": f"{rate_text(step.rate)} {step.round}",
                            "metric": said,
                            "value": value / 1000 if names is TIMES else value,
                            "told": microseconds(value) if names is TIMES else f"{value:,}",
                        }


def _said(rows: Sequence[Datum]) -> Iterator[str]:
    """Yield for each server and rate between which values each line lies."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        key = f"{row['server']} at {row['rate_told']} msg/s", str(row["metric"])
        found.setdefault(key, []).append(float(row["value"] or 0))
    for (where, metric), values in found.items():
        yield f"{where} {metric} {number(min(values))} to {number(max(values))}"


def _chart(rows: Sequence[Datum], names: dict[str, str], unit: str, cast: Cast) -> AnyChart:
    scale = alt.Scale(type="log", nice=False, padding=10) if names is TIMES else alt.Scale(zero=True)
    dashes = alt.Scale(domain=list(names.values()), range=[[1, 0], [5, 3]])
    base = alt.Chart(data(rows), height=240).encode(
        x=alt.X("second:Q", title="s since the step began", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y("value:Q", title=unit, scale=scale),
        color=cast.colour(),
        opacity=faded(0.8),
        detail="step:N",
        tooltip=tips(server="server", second="second", rate_told="rate", round="round", told=unit),
    )
    return alt.layer(
        base.mark_line(strokeWidth=1.5).encode(
            strokeDash=alt.StrokeDash("metric:N", scale=dashes, legend=alt.Legend(title=None))
        ),
        base.mark_point(filled=True, size=20),
    )
