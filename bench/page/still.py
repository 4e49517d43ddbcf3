"""Charts as pictures, made without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import vl_convert

from ..errors import UsageError
from ..exporters.shown import Shown
from .charts.drawing import Drawing
from .gallery import drawings
from .names import CHARTS
from .theme import LIGHT, WIDTH, config

PNG_SCALE = 2.0
"""Pixels of a PNG for each of the SVG: sharp on most screens, and in print."""

GAP = 28
"""Between charts, in pixels."""

LOOK = config(LIGHT, font="'Liberation Sans', Arial, Helvetica, sans-serif") | {
    "padding": {"left": 14, "right": 12, "top": 6, "bottom": 6}
}
"""Of pictures: fonts that are as wide as those they are measured with, and some room where they are not."""

OF_WHOLE = {"$schema", "params", "datasets", "autosize", "config"}
"""What a chart of charts has once."""


def svg(shown: Shown, chart: str) -> str:
    """Return the charts of a family as SVG; raises `UsageError` where the result has no data for it."""
    return str(vl_convert.vegalite_to_svg(_picture(chosen(shown, chart)), config=LOOK))


def png(shown: Shown, chart: str) -> bytes:
    """Return the charts of a family as PNG; raises `UsageError` as `svg` does."""
    spec = _picture(chosen(shown, chart))
    return bytes(vl_convert.vegalite_to_png(spec, config=LOOK, scale=PNG_SCALE))


def still(drawing: Drawing) -> str:
    """Return a drawing alone as SVG, without a title: where it stands there is one above it."""
    return str(vl_convert.vegalite_to_svg(drawing.spec(WIDTH), config=LOOK))


def chosen(shown: Shown, chart: str) -> list[Drawing]:
    """Return the drawings of a family; of "" the first family, which answers what was asked."""
    found = drawings(shown)
    known = list(dict.fromkeys(one.family for one in found))
    if not found:
        raise UsageError("there is nothing to draw: no round has a number")
    name = chart or known[0]
    if name not in known:
        raise UsageError(
            f"chart {name} ({CHARTS[name]}): this result has no data for it; it has {', '.join(known)}"
        )
    return [one for one in found if one.family == name]


def _picture(found: Sequence[Drawing]) -> dict[str, Any]:
    """Return drawings above each other, each under its title, as one chart of Vega-Lite."""
    specs = [one.spec(WIDTH) | {"title": {"text": one.title, "limit": WIDTH}} for one in found]
    if len(specs) == 1:
        return specs[0]
    return {
        "$schema": specs[0]["$schema"],
        "params": specs[0]["params"],
        "datasets": {name: rows for one in specs for name, rows in one.get("datasets", {}).items()},
        "vconcat": [{name: part for name, part in one.items() if name not in OF_WHOLE} for one in specs],
        "spacing": GAP,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
