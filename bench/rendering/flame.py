"""Flame graphs as SVG: one picture without scripts and fonts, each frame with its words for a pointer.

Width is the larger of both sides, function by function, so that what only one of them runs is seen too. A
frame stands on its caller; red takes more than before with all that it calls, blue less.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from ..escaping import xml
from ..facts.call_tree import LEAST, Drawing, Frame
from .numbers import number

WIDTH, EDGE, ROW, LETTER = 1200.0, 10.0, 18.0, 6.7
"""Of the picture, its edge, the height of a frame and the width of a letter, in px."""

LETTERS = 170
"""How many letters a line of the words below a graph has."""

SAME = 0.0005
"""A change below this share of all is none: its frame is grey."""

HOW = (
    "Callgrind knows what each call of one function by another took, not whole stacks: what a function takes"
    " is divided among its callers in proportion to that, as gprof and KCachegrind do. Functions that call"
    " one another in a circle stand on one frame."
)


class _Box(NamedTuple):
    """A frame where it is drawn: from the left, in instructions, how many wide, and on how many others."""

    frame: Frame
    left: float
    width: float
    depth: int


def svg(flames: Sequence[Drawing]) -> str:
    """Return a document with graphs above one another."""
    parts, height = list[ET.Element](), EDGE
    for flame in flames:
        part, more = _graph(flame, height)
        parts.append(part)
        height += more + EDGE
    size = {"width": f"{WIDTH:g}", "height": f"{height:g}", "viewBox": f"0 0 {WIDTH:g} {height:g}"}
    style = {"font-family": "monospace", "font-size": "11"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **style})
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    root.extend(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _graph(flame: Drawing, top: float) -> tuple[ET.Element, float]:
    """Return a graph at a height, and how high it is."""
    boxes = [*_boxes(flame.tree, 0.0, 0)]
    whole, deepest = boxes[0].width or 1.0, max(box.depth for box in boxes)
    most = max(abs(box.frame.change) for box in boxes)
    group = ET.Element("g")
    _text(group, EDGE, top + ROW, flame.title, {"font-size": "14", "font-weight": "bold"})
    floor = top + 1.5 * ROW + deepest * ROW
    for box in boxes:
        place = EDGE + box.left / whole * (WIDTH - 2 * EDGE), floor - box.depth * ROW
        width = box.width / whole * (WIDTH - 2 * EDGE)
        _draw(group, flame, box.frame, (*place, width), most)
    lines = [line for one in _below(flame, boxes) for line in wrap(one, LETTERS)]
    for index, line in enumerate(lines):
        _text(group, EDGE, floor + (2 + index) * ROW, line, {"fill": "#555555"})
    return group, floor + (2 + len(lines)) * ROW - top


def _boxes(frame: Frame, left: float, depth: int) -> Iterator[_Box]:
    """Yield a frame and all above it, each before those that stand on it."""
    yield _Box(frame, left, extent(frame), depth)
    for child in frame.children:
        yield from _boxes(child, left, depth + 1)
        left += extent(child)


def extent(frame: Frame) -> float:
    """Return how wide a frame is, in instructions: the larger of both sides, function by function."""
    return max(frame.own) + sum(map(extent, frame.children))


def _draw(
    group: ET.Element, flame: Drawing, frame: Frame, place: tuple[float, float, float], most: float
) -> None:
    left, top, width = place
    one = ET.SubElement(group, "g")
    ET.SubElement(one, "title").text = xml(words(flame, frame))
    colour = _colour(frame.change / most if most else 0.0) if flame.before else "#f2c879"
    if flame.before and abs(frame.change) < SAME * max(flame.tree.value):
        colour = "#dddddd"
    box = {"x": f"{left:.1f}", "y": f"{top:.1f}", "width": f"{max(width - 0.5, 0.1):.1f}"}
    ET.SubElement(one, "rect", {**box, "height": f"{ROW - 1:g}", "fill": colour, "rx": "2"})
    room = int((width - 6) / LETTER)
    if room >= 3:
        shown = frame.name if len(frame.name) <= room else f"{frame.name[: room - 1]}…"
        _text(one, left + 3, top + ROW - 5, shown, {})


def _text(parent: ET.Element, left: float, top: float, text: str, style: dict[str, str]) -> None:
    place = {"x": f"{left:.1f}", "y": f"{top:.1f}"}
    ET.SubElement(parent, "text", {**place, **style}).text = xml(text)


def _colour(share: float) -> str:
    """Return white to red for more, white to blue for less; the largest change of a graph is 1."""
    pale = round(225 - 145 * min(1.0, abs(share)))
    return f"#ff{pale:02x}{pale:02x}" if share > 0 else f"#{pale:02x}{pale:02x}ff"


def words(flame: Drawing, frame: Frame) -> str:
    """Return what a frame says: its name, and its instructions per message with all that it calls."""
    whole = max(flame.tree.value) or 1.0
    share = f"{frame.value[1] / whole:.1%}".replace("%", " %")
    itself = f", itself {_itself(frame)}"
    if not flame.before:
        return f"{frame.name}: {number(frame.value[1])} instructions a message ({share}){itself}"
    sign = "+" if frame.change > 0 else ""
    return (
        f"{frame.name}: {number(frame.value[0])} → {number(frame.value[1])} instructions a message"
        f" ({sign}{number(frame.change)}, {sign}{100 * frame.change / whole:.2f} % of all){itself}"
    )


def _itself(frame: Frame) -> str:
    before, after = (max(0.0, own - less) for own, less in zip(frame.own, frame.hidden, strict=True))
    return number(after) if before == after else f"{number(before)} → {number(after)}"


def _below(flame: Drawing, boxes: Iterable[_Box]) -> Iterator[str]:
    """Yield what has to be known to read a graph."""
    if flame.before:
        yield (
            "Width: instructions per message, of the side that has more, function by function. Red:"
            f" {flame.after} takes more than {flame.before} with all that is called, blue: less, grey: within"
            f" {100 * SAME:g} % of all."
        )
    else:
        yield f"Width: instructions per message of {flame.after}, with all that is called."
    hidden = max(sum(sides) for sides in zip(*(box.frame.hidden for box in boxes), strict=True))
    share = 100 * hidden / (max(flame.tree.value) or 1.0)
    yield f"{HOW} Frames under {100 * LEAST:g} % of all are left out, {share:.1f} % together."
