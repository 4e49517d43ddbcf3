"""Load runs: response times against the rate with the knee, and what was answered of what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import altair as alt

from ...analysis.load import LoadAnalysis
from ...analysis.load_rows import LoadRow
from ...records.load import LoadRun
from ...rendering.numbers import interval, microseconds, number
from ...report.rates.columns import rate_text, shown_estimates
from ...stats.estimate import Estimate
from .drawing import GREY, AnyChart, Cast, Datum, Drawing, data, ends, faded, having, tips

LINES = {"response_p50": "response p50", "response_p99": "response p99", "service_p99": "service p99"}
"""The metrics that are drawn, and what they are called."""

EACH = "p99"
"""Of each step of a round one quantile is drawn."""


class Named(NamedTuple):
    """A load run: what its lines are called, its records, and what they say."""

    name: str
    run: LoadRun
    said: LoadAnalysis


def draw(runs: Sequence[Named], cast: Cast) -> Iterator[Drawing]:
    """Yield latency against rate, and answered against sent, all runs in the same charts."""
    rows = [row for one in runs for row in _times(one)]
    steps = [row for one in runs for row in _of_rounds(one)]
    title = ", ".join(dict.fromkeys(f"{one.said.plan.workload.what}" for one in runs))
    if rows or steps:
        yield Drawing(
            family="load",
            title=f"Latency against rate, {title}",
            words=" ".join([*(one.said.headline for one in runs), *_said(rows), *_said_of_steps(steps)]),
            chart=_curves(rows, steps, runs, cast),
        )
    sent = [row for one in runs for row in _answered(one)]
    if len(sent) > 1:
        said = "; ".join(f"{row['server']} {row['told']} of {row['rate_told']}" for row in sent)
        yield Drawing(
            family="answered",
            title=f"Answered against sent, {title}",
            words=f"msg/s answered of msg/s sent: {said}. Under the dashed line a server does not keep up.",
            chart=_kept_up(sent, cast),
        )


def _of_rounds(one: Named) -> Iterator[Datum]:
    """Yield what each step of each round had, but for those that can't be believed, or were missed."""
    for each in one.run.rounds:
        for step in each.steps:
            ns = step.response_ns.get(EACH)
            if step.rate and ns and not step.fault and not step.missed and EACH not in step.touched:
                limit = "" if step.holds is None else "limit held" if step.holds else "limit not held"
                yield {
                    "server": one.name,
                    "rate": step.rate,
                    "rate_told": rate_text(step.rate),
                    "metric": f"response {EACH} of round {each.number + 1}",
                    "value": ns / 1000,
                    "told": microseconds(ns),
                    "limit": limit or "–",
                }


def _said_of_steps(rows: Sequence[Datum]) -> list[str]:
    if not rows:
        return []
    values = [float(row["value"] or 0) for row in rows]
    return [
        f"The small rings are single rounds: response {EACH} from {number(min(values))} to"
        f" {number(max(values))} µs in {len(rows)} steps."
    ]


def _steps(rows: Sequence[Datum], cast: Cast) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(data(rows)).mark_point(size=26, strokeWidth=1.5)
    return drawn.encode(
        color=cast.colour(),
        opacity=faded(0.6),
        tooltip=tips(server="server", rate_told="msg/s", metric="metric", told="µs", limit="limit"),
    )


def _times(one: Named) -> Iterator[Datum]:
    for row in one.said.rows:
        for metric, said in LINES.items():
            found = shown_estimates(row).get(metric)
            if row.rate and found:
                yield {
                    **_where(one.name, row),
                    "metric": said,
                    **ends(found, 1000),
                }


def _where(name: str, row: LoadRow) -> Datum:
    return {"server": name, "rate": row.rate, "rate_told": rate_text(row.rate)}


def _answered(one: Named) -> Iterator[Datum]:
    for row in one.said.rows:
        if row.rate and (found := row.estimates.get("achieved")):
            kept = "no" if row.missed else "can't be told" if row.fault else "yes"
            yield {**_where(one.name, row), **ends(found), "kept": kept}


def _said(rows: Iterable[Datum]) -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        key = str(row["server"]), str(row["metric"])
        found.setdefault(key, []).append(f"{row['told']} at {row['rate_told']} msg/s")
    return [f"{server} {metric} in µs: {'; '.join(told)}." for (server, metric), told in found.items()]


def _curves(rows: list[Datum], steps: list[Datum], runs: Sequence[Named], cast: Cast) -> AnyChart:
    x = alt.X(
        "rate:Q",
        title="rate, msg/s",
        scale=alt.Scale(zero=False, nice=False, padding=10),
        axis=alt.Axis(format="~s"),
    )
    y: Any = alt.Scale(type="log", nice=False, padding=10)
    base = alt.Chart(data(rows), height=320).encode(
        x=x,
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(server="server", rate_told="msg/s", metric="metric", told="µs"),
    )
    dash = alt.StrokeDash(
        "metric:N",
        scale=alt.Scale(domain=list(LINES.values()), range=[[1, 0], [6, 3], [2, 3]]),
        legend=alt.Legend(title=None),
    )
    value = alt.Y("value:Q", title="µs", scale=y)
    whiskers = [
        one.mark_rule().encode(y=alt.Y("low:Q", title="µs", scale=y), y2="high:Q")
        for one in having(base, rows)
    ]
    return alt.layer(
        *_knees(runs, cast),
        _steps(steps, cast).encode(x=x, y=value),
        *whiskers,
        base.mark_line(strokeWidth=2).encode(y=value, strokeDash=dash),
        base.mark_point(filled=True, size=60).encode(y=value, shape=cast.shape()),
    )


def _knees(runs: Sequence[Named], cast: Cast) -> list[alt.Chart]:
    """Return upright lines at knee and capacity with bands for their intervals."""
    marks = [
        _mark(name, what, estimate)
        for name, _, one in runs
        for what, estimate in (("knee", one.knee), (f"capacity at {one.plan.kept}", one.capacity))
        if estimate
    ]
    if not marks:
        return []
    base = alt.Chart(data(marks)).encode(
        color=cast.colour(), tooltip=tips(server="server", what="what", told="msg/s")
    )
    bands = [one.mark_rect(opacity=0.12).encode(x="low:Q", x2="high:Q") for one in having(base, marks)]
    return [
        *bands,
        base.mark_rule(strokeDash=[3, 3], strokeWidth=2).encode(x="value:Q", opacity=faded()),
        base.mark_text(align="right", dx=-4, dy=4, baseline="top").encode(
            x="value:Q", y=alt.value(0), text="what:N", opacity=faded()
        ),
    ]


def _mark(name: str, what: str, estimate: Estimate) -> Datum:
    return {"server": name, "what": what, **ends(estimate), "told": interval(estimate, wide=True)}


def _kept_up(rows: list[Datum], cast: Cast) -> AnyChart:
    most = max(float(row["rate"] or 0) for row in rows)
    line = alt.Chart(data([{"rate": 0, "value": 0}, {"rate": most, "value": most}]))
    axis = alt.Axis(format="~s")
    base = alt.Chart(data(rows), height=240).encode(
        x=alt.X("rate:Q", title="sent, msg/s", axis=axis),
        y=alt.Y("value:Q", title="answered, msg/s", axis=axis),
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(server="server", rate_told="sent", told="answered", kept="keeps up"),
    )
    return alt.layer(
        line.mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1).encode(x="rate:Q", y="value:Q"),
        base.mark_line(strokeWidth=1),
        base.mark_point(filled=True, size=70).encode(shape=cast.shape()),
    )
