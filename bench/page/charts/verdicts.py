"""Verdicts of a comparison as effect sizes against their margins, and what counted changes are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import altair as alt

from ...plan.metrics import METRICS, is_higher_better, metric_title
from ...rendering.numbers import number
from ...report.verdict_tables import change_text, margin_text, value_text
from ...verdicts.causes import Cause, Causes
from ...verdicts.judgement import Judgement
from ...verdicts.verdict import Verdict
from .drawing import GREY, MOST, AnyChart, Datum, Drawing, data, faded, having, high, tips

WORDS = {
    "REGRESSED": ("#d55e00", "triangle-right"),
    "IMPROVED": ("#009e73", "triangle-left"),
    "NO REGRESSION": ("#0072b2", "circle"),
    "INCONCLUSIVE": ("#b87a00", "diamond"),
    "NOT JUDGED": (GREY, "cross"),
    "INVALID": (GREY, "cross"),
    "not gated": (GREY, "stroke"),
}
"""The colour and the shape of each verdict."""

AXIS = "← better · change, % · worse →"

LINEAR = 10
"""Up to this many percent the axis is linear, beyond it logarithmic: one large change hides no margin."""

_STEPS = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000)
TICKS = (*(-one for one in reversed(_STEPS)), 0, *_STEPS)
"""What may stand at the axis, in percent."""


def draw(judgement: Judgement) -> Iterator[Drawing]:
    """Yield a chart for each candidate, with a row for every metric and workload that has a change."""
    pairs = dict.fromkeys((one.base, one.candidate) for one in judgement.verdicts)
    for base, candidate in list(pairs)[:MOST]:
        own = [one for one in judgement.verdicts if (one.base, one.candidate) == (base, candidate)]
        rows = [
            _row(one, clients=len({each.client for each in own}) > 1) for one in own if one.change is not None
        ]
        if rows:
            said = "; ".join(f"{row['line']} {row['told']}: {row['verdict']}" for row in rows)
            yield Drawing(
                family="verdicts",
                title=f"{candidate} against {base}: changes and margins",
                words=f"change with its 95 % interval, right is worse; the band is the margin: {said}.",
                chart=_chart(rows),
            )


def _row(one: Verdict, *, clients: bool) -> Datum:
    worse = -100.0 if is_higher_better(one.metric) else 100.0
    low, high = sorted((worse * (one.low or 0), worse * (one.high or 0)))
    known = one.low is not None and one.high is not None
    return {
        "line": _line(one, clients=clients),
        "server": one.candidate,
        "value": worse * (one.change or 0),
        "low": low if known else None,
        "high": high if known else None,
        "told": change_text(one),
        "margin": 100 * one.margin or None,
        "less": -100 * one.margin or None,
        "margin_told": margin_text(one),
        "verdict": one.verdict or "not gated",
        "before": value_text(one.before, one.metric),
        "after": value_text(one.after, one.metric),
    }


def _line(one: Verdict, *, clients: bool) -> str:
    """Return what a row is about: the metric, and the workload as briefly as it can be said."""
    workload = one.workload
    by = f" by {one.client}" if clients and one.client else ""
    if METRICS[one.metric].goals == ("load",):
        where = one.cell.rpartition(", ")[2]
    else:
        where = f"{workload.size:,} B, {workload.connections} × {workload.depth}"
    return f"{metric_title(one.metric)}, {where}{by}"


def _chart(rows: list[Datum]) -> AnyChart:
    x_of = _across(rows)
    base = alt.Chart(data(rows), height=high(rows, "line", 28)).encode(
        y=alt.Y("line:N", sort=None, title=None),
        tooltip=tips(
            line="line",
            told="change",
            margin_told="margin",
            verdict="verdict",
            before="before",
            after="after",
        ),
    )
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=list(WORDS), range=[colour for colour, _ in WORDS.values()]),
        legend=alt.Legend(title=None, values=_said(rows)),
    )
    shape = alt.Shape(
        "verdict:N", scale=alt.Scale(domain=list(WORDS), range=[one for _, one in WORDS.values()])
    )
    null = alt.Chart(data([{"value": 0}])).mark_rule(color=GREY).encode(x=x_of("value"))
    bands = [
        one.mark_bar(opacity=0.18, height=22, color=GREY).encode(x=x_of("less"), x2="margin:Q")
        for one in having(base, rows, "margin")
    ]
    whiskers = [
        one.mark_rule(strokeWidth=2).encode(x=x_of("low"), x2="high:Q", color=colour, opacity=faded())
        for one in having(base, rows)
    ]
    point = base.mark_point(filled=True, size=110, strokeWidth=2)
    return alt.layer(
        *bands,
        null,
        *whiskers,
        point.encode(x=x_of("value"), color=colour, shape=shape, opacity=faded()),
    )


def _across(rows: list[Datum]) -> Callable[[str], alt.X]:
    """Return what makes the encoding of a field as a change, all on the same axis."""
    ends = [float(row[name] or 0) for row in rows for name in ("low", "value", "high", "less", "margin")]
    scale = alt.Scale(type="symlog", constant=LINEAR, padding=12)
    axis = alt.Axis(values=[one for one in TICKS if min(ends) <= one <= max(ends)])
    return lambda field: alt.X(f"{field}:Q", title=AXIS, scale=scale, axis=axis)


def _said(rows: Iterable[Datum]) -> list[str]:
    return [word for word in WORDS if word in {row["verdict"] for row in rows}]


def draw_causes(judgement: Judgement) -> Iterator[Drawing]:
    """Yield a chart for each pair whose counts differ: how much more is done of what, instructions aside."""
    for one in judgement.causes[:MOST]:
        rows = [_cause(each, one) for each in one.causes]
        said = "; ".join(f"{row['line']} {row['told']}" for row in rows)
        yield Drawing(
            family="causes",
            title=f"Why: {one.candidate} against {one.base}, {one.workload}",
            words=f"what is done more or less for a message, and how much: {said}.",
            chart=_bars(rows),
        )


def _cause(one: Cause, of: Causes) -> Datum:
    change = f"{'+' if one.change > 0 else ''}{number(one.change)}"
    return {
        "line": f"{one.kind} {one.name}".strip(),
        "server": of.candidate,
        "value": one.change,
        "told": change,
        "before": number(one.before),
        "after": number(one.after),
        "way": "more" if one.change > 0 else "less",
    }


def _bars(rows: list[Datum]) -> AnyChart:
    base = alt.Chart(data(rows), height=high(rows, "line", 22)).encode(
        y=alt.Y("line:N", sort=None, title=None),
        x=alt.X("value:Q", title="more per message (symlog)", scale=alt.Scale(type="symlog")),
        tooltip=tips(line="what", told="more", before="before", after="after"),
    )
    way = alt.Color(
        "way:N",
        legend=None,
        scale=alt.Scale(domain=["more", "less"], range=[WORDS["REGRESSED"][0], WORDS["IMPROVED"][0]]),
    )
    return alt.layer(base.mark_bar().encode(color=way))
