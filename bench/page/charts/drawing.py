"""A drawing: a chart, what it is called, and what it says in words; and what all charts have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from ...rendering.numbers import interval
from ...stats.estimate import Estimate

Datum = dict[str, str | float | bool | None]
"""A row of a chart's data. Names of fields have no dots: Vega takes those for paths."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b87a00", "#2a93b8")
"""Okabe and Ito's, which the colour-blind tell apart; ochre and sky are darker, to be seen on white too."""
GREY = "#7d8590"
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")

MOST = 6
"""As many workloads have a chart of their own; the tables have all."""

DIM = 0.12
"""How much is left of what is not highlighted."""

CHOSEN = "chosen"
"""The signal of every chart that names the server which is highlighted, "" for none."""

FEW = alt.Axis(tickCount=8)
"""An axis with room between its numbers, on a telephone too."""

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart


class Drawing(NamedTuple):
    """A chart of a `family` with its title, and in `words` what it shows, numbers included."""

    family: str
    title: str
    words: str
    chart: AnyChart

    def spec(self, width: int | str) -> dict[str, Any]:
        """Return the chart in Vega-Lite, `width` pixels wide, or as wide as its `container`."""
        made: dict[str, Any] = self.chart.to_dict(validate=False)
        made["width"] = width
        made["autosize"] = {"type": "fit-x", "contains": "padding"}
        made["params"] = [{"name": CHOSEN, "value": ""}, *made.get("params", [])]
        return made


class Cast(NamedTuple):
    """The servers of a page: each has one colour and one shape in all charts; references are grey."""

    contestants: tuple[str, ...]
    references: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All servers, references last."""
        return self.contestants + self.references

    @property
    def colours(self) -> list[str]:
        """The colour of each; they begin anew after the last, with other shapes."""
        return [COLOURS[place % len(COLOURS)] for place in range(len(self.contestants))] + [GREY] * len(
            self.references
        )

    @property
    def shapes(self) -> list[str]:
        """The shape of each; no two have the same shape and colour, up to 42 contestants."""
        return [SHAPES[place % len(SHAPES)] for place in range(len(self.names))]

    def colour(self, *, legend: bool = True) -> alt.Color:
        """Return the encoding of servers as colours; without `legend` where titles name them."""
        scale = alt.Scale(domain=self.names, range=self.colours)
        return alt.Color("server:N", title=None, scale=scale, legend=alt.Undefined if legend else None)

    def shape(self) -> alt.Shape:
        """Return the encoding of servers as shapes."""
        return alt.Shape("server:N", title=None, scale=alt.Scale(domain=self.names, range=self.shapes))


def data(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Return rows as the data of a chart."""
    return alt.InlineData(values=[dict(row) for row in rows])


def faded(full: float = 1.0) -> Any:
    """Return the opacity of a mark: `full`, and little where another server is highlighted."""
    test = f"{CHOSEN} == '' || datum.server == {CHOSEN}"
    return alt.condition(test, alt.value(full), alt.value(DIM))


def ends(estimate: Estimate, scale: float = 1.0) -> Datum:
    """Return value and ends of an estimate, divided by `scale`; an infinite interval has no ends."""
    known = math.isfinite(estimate.high) and math.isfinite(estimate.low)
    return {
        "value": estimate.value / scale,
        "low": estimate.low / scale if known else None,
        "high": estimate.high / scale if known else None,
        "told": interval(estimate, wide=True, scale=scale),
    }


def having(base: alt.Chart, rows: Sequence[Datum], field: str = "low") -> list[alt.Chart]:
    """Return the chart of those rows that have a field, [] where none has: a scale of nothing is no scale."""
    if all(row[field] is None for row in rows):
        return []
    return [base.transform_filter(f"isValid(datum.{field})")]


def high(rows: Sequence[Datum], field: str, each: int) -> int:
    """Return how high a chart is that has a line of `each` pixels for every value of a field.

    Steps would say the same, but Vega-Lite warns of them where a chart is as wide as the page.
    """
    return each * len({row[field] for row in rows})


def tips(**titles: str) -> list[alt.Tooltip]:
    """Return tooltips: the title of each field."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def listed(rows: Iterable[Datum], name: str = "server") -> str:
    """Return rows in words: `tornado 47.6 [47.3, 47.8]; …`."""
    return "; ".join(f"{row[name]} {row['told']}" for row in rows)


def dots(
    rows: Sequence[Datum], cast: Cast, unit: str, order: Sequence[str], *, log: bool = False
) -> AnyChart:
    """Return a dot with its whisker for each server, from top to bottom in `order`."""
    scale = alt.Scale(type="log", nice=False, padding=12) if log else alt.Scale(zero=False, padding=12)
    base = alt.Chart(data(rows), height=high(rows, "server", 28)).encode(
        y=alt.Y("server:N", sort=list(order), title=None),
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(server="server", version="version", told=unit),
    )
    whiskers = [
        one.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=unit, scale=scale, axis=FEW), x2="high:Q")
        for one in having(base, rows)
    ]
    points = base.mark_point(filled=True, size=90).encode(
        x=alt.X("value:Q", title=unit, scale=scale, axis=FEW), shape=cast.shape()
    )
    return alt.layer(*whiskers, points)
