"""A badge: what came of a history, in a picture of some bytes, or as shields.io reads it."""

from __future__ import annotations

import json
from html import escape
from typing import Literal

from ... import escaping
from ...analysis.history.series import ENOUGH, History, Series
from ...plan.metrics import METRICS
from ...rendering.numbers import number
from .words import metric_words, scale_of

Colour = Literal["brightgreen", "red", "blue", "lightgrey"]
PAINTS: dict[Colour, str] = {
    "brightgreen": "#3a7d0a",
    "red": "#c0392b",
    "blue": "#0b6e99",
    "lightgrey": "#6b6b6b",
}
"""Names of shields.io, and colours on which white text can be read (contrast over 4.5)."""

CHARACTER, PADDING = 6.6, 7
"""In pixels: the usual width of a character of 11 pixels, and the space beside a text."""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img"
 aria-label="{label}: {message}">
<title>{label}: {message}</title>
<rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{paint}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>
<text x="{right_middle}" y="14" textLength="{right_text}">{message}</text>
</g>
</svg>
"""


def badge_for(history: History, suffix: str) -> str:
    """Return the badge for a file that ends so: of `.json` the endpoint of shields.io, else SVG."""
    label, message, colour = _said(history)
    if suffix == ".json":
        said = {"schemaVersion": 1, "label": label, "message": message, "color": colour}
        return escaping.json(json.dumps(said, ensure_ascii=False)) + "\n"
    left_text, right_text = (round(CHARACTER * len(text)) for text in (label, message))
    left, right = left_text + 2 * PADDING, right_text + 2 * PADDING
    return SVG.format(
        width=left + right,
        left=left,
        right=right,
        left_middle=left / 2,
        right_middle=left + right / 2,
        left_text=left_text,
        right_text=right_text,
        label=escape(escaping.xml(label)),
        message=escape(escaping.xml(message)),
        paint=PAINTS[colour],
    )


def _said(history: History) -> tuple[str, str, Colour]:
    """Return the two texts of a badge and its colour: of one series its level, else how many changed."""
    if not history.series:
        return "wsbench", "no runs", "lightgrey"
    colour = _colour(history.series)
    if len(history.series) == 1:
        one = history.series[0]
        return f"{one.key.server} {metric_words(one.key)}", f"{_level(one)}, {one.state}", colour
    last = [one.changes[-1].word for one in history.series if one.changes]
    told = [f"{last.count(word)} {word}" for word in ("REGRESSED", "IMPROVED") if word in last]
    runs = f"{history.runs} run{'' if history.runs == 1 else 's'}"
    if not told:
        return "wsbench", f"no change in {runs}" if colour != "lightgrey" else f"{runs}: too few", colour
    return "wsbench", f"{', '.join(told)} of {len(history.series)} series in {runs}", colour


def _colour(series: tuple[Series, ...]) -> Colour:
    last = {one.changes[-1].word for one in series if one.changes}
    if "REGRESSED" in last:
        return "red"
    if all(len(one.points) < ENOUGH for one in series):
        return "lightgrey"
    return "blue" if last else "brightgreen"


def _level(one: Series) -> str:
    value = one.levels[-1].estimate.value
    if one.key.against:
        return f"{value:.2f}× {one.key.against}"
    unit = METRICS[one.key.metric].unit.removesuffix("/msg")
    return f"{number(value / scale_of(one.key))} {'µs' if unit == 'ns' else unit}"
