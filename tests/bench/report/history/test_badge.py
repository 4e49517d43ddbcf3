"""A badge is a small picture that says one thing."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import msgspec
import pytest
from histories import history, run_on, stepped
from wsbench.analysis.history.series import History
from wsbench.report.history.badge import badge_for


def said(found: History) -> str:
    """Return the title of the picture, which is read aloud."""
    root = ET.fromstring(badge_for(found, ".svg"))  # noqa: S314  # it is ours
    return root.findtext("{http://www.w3.org/2000/svg}title") or ""


@pytest.mark.parametrize(
    ("found", "title", "colour"),
    [
        (history(*stepped(by=0)), "tornado p50: 1.50× stdlib, no change in 20 runs", "brightgreen"),
        (history(*stepped()), "tornado p50: 1.65× stdlib, REGRESSED +10.4 % 8 runs ago", "red"),
        (history(run_on(1)), "tornado p50: 1.50× stdlib, 1 run: 6 make a change visible", "lightgrey"),
        (history(), "wsbench: no runs", "lightgrey"),
        (history(*stepped(), metrics=()), "wsbench: 2 REGRESSED of 2 series in 20 runs", "red"),
        (history(*stepped(by=0), metrics=()), "wsbench: no change in 20 runs", "brightgreen"),
        (history(run_on(1), metrics=()), "wsbench: 1 run: too few", "lightgrey"),
    ],
)
def test_it_says_what_came_of_it(found: History, title: str, colour: str):
    """Of one series its level, of several how many changed; shields.io reads the same."""
    assert said(found) == title
    endpoint = json.loads(badge_for(found, ".json"))
    assert endpoint == {
        "schemaVersion": 1,
        "label": title.partition(": ")[0],
        "message": title.partition(": ")[2],
        "color": colour,
    }


def test_names_of_others_are_text():
    """A label is no markup."""
    found = history(*stepped(by=0))
    (series,) = found.series
    evil = msgspec.structs.replace(series.key, server='<script>"&\x1b')
    renamed = msgspec.structs.replace(series, key=evil)
    assert said(msgspec.structs.replace(found, series=(renamed,))).startswith('<script>"&\\x1b p50')


def test_an_absolute_level_has_its_unit():
    """Times in µs."""
    found = history(*stepped(by=0), against="aiohttp")
    assert said(found).startswith("tornado p50: 60.3 µs")
