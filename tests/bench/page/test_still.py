"""Pictures, made without a browser."""

from __future__ import annotations

import struct
from xml.etree import ElementTree as ET

import pytest
from drawn import KINDS
from wsbench.errors import UsageError
from wsbench.exporters.shown import Shown
from wsbench.page.still import PNG_SCALE, png, svg
from wsbench.page.theme import WIDTH

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shown() -> Shown:
    """Return a run."""
    found: Shown = KINDS["compare"][0]()
    return found


def test_what_answers_is_drawn_where_nobody_names_a_chart(shown: Shown) -> None:
    """Of a comparison its verdicts; the picture is XML that fetches nothing."""
    text = svg(shown, "")
    tree = ET.fromstring(text)  # noqa: S314  # it is our own
    told = [one.text for one in tree.iter(f"{SVG}text")]
    assert "new against tornado: changes and margins" in told
    assert {"REGRESSED", "not gated"} <= {*told}
    assert text.count("http") == text.count('"http://www.w3.org/')
    assert float(tree.attrib["width"]) >= WIDTH


def test_all_charts_of_a_family_stand_above_each_other(shown: Shown) -> None:
    """Each under its title, with its own axis."""
    tree = ET.fromstring(svg(shown, "rounds"))  # noqa: S314  # it is our own
    told = [one.text or "" for one in tree.iter(f"{SVG}text")]
    assert [one for one in told if "round by round" in one] == [
        "p50 round by round, 64 B text, 1 connection, depth 1, driven by wire",
        "msg/s round by round, 64 B text, 16 connections, depth 1, driven by wire",
    ]


def test_a_png_is_sharp(shown: Shown) -> None:
    """It has more pixels than the chart has units."""
    content = png(shown, "p50")
    assert content.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">I", content[16:20])[0] >= PNG_SCALE * WIDTH


@pytest.mark.parametrize(
    ("kind", "chart", "line"),
    [
        ("compare", "load", "chart load .*: this result has no data for it; it has verdicts, p50, distr"),
        ("nothing", "", "there is nothing to draw: no round has a number"),
    ],
)
def test_a_chart_without_data_is_told(kind: str, chart: str, line: str) -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match=line):
        svg(KINDS[kind][0](), chart)
