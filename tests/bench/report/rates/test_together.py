"""The report of several servers at rates."""

from __future__ import annotations

import csv
import io
import json

import pytest
from load_runs import estimate, load_analysis, plan_of, row_of
from wsbench.analysis.load_together import Together
from wsbench.plan.thresholds import read_threshold
from wsbench.report.formats import on_terminal
from wsbench.report.rates.together import FORMATS, pages
from wsbench.verdicts.thresholds import Judged

RATES = (500.0, 900.0)
TORNADO, AIOHTTP = plan_of(rates=RATES), plan_of("aiohttp", rates=RATES)
JUDGED = Judged(read_threshold("p99=5ms"), 500, "missed", estimate(7_120_000))


def found(**changes: object) -> Together:
    """Return two servers at two rates; the second may have changes."""
    rows = [row_of(500), row_of(900)]
    second = {"headline": "aiohttp does what it can.", **changes}
    return Together((load_analysis(*rows, plan=TORNADO), load_analysis(*rows, plan=AIOHTTP, **second)))


@pytest.mark.parametrize("width", [60, 80, 120, 250])
def test_one_table_has_a_row_for_each_server_and_rate(width: int) -> None:
    """It fits the terminal, and the answers of both are above it."""
    text = on_terminal(pages, found(), width)
    assert max(map(len, text.splitlines())) <= width
    assert " ".join(text.split()).startswith(
        "tornado does what it can. aiohttp does what it can. Load, tornado,"
    )
    rows = [line.split()[:2] for line in text.splitlines() if line.split()[1:2] in (["500"], ["900"])]
    assert rows == [["tornado", "500"], ["aiohttp", "500"], ["tornado", "900"], ["aiohttp", "900"]]


def test_the_thresholds_of_each_server_are_judged() -> None:
    """The gravest first, with the server behind the word; a table for each."""
    text = FORMATS["markdown"](found(thresholds=(JUDGED,)))
    assert text.startswith("**MISSED: aiohttp: p99 ≤ 5 ms at 500 msg/s: measured 7.12")
    assert "### Thresholds, aiohttp\n" in text
    assert "\naiohttp does what it can.\n" in text  # its answer, below the table


def test_scripts_get_all_servers() -> None:
    """A document for each, and lines of CSV that name theirs."""
    document = json.loads(FORMATS["json"](found(thresholds=(JUDGED,))))
    assert document["verdict"] == "missed"
    assert [one["plan"]["server"]["label"] for one in document["servers"]] == ["tornado", "aiohttp"]
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](found()))))
    assert {(one["server"], one["rate"]) for one in lines} == {
        *(("tornado", "500"), ("tornado", "900"), ("aiohttp", "500"), ("aiohttp", "900")),
    }
    assert json.loads(FORMATS["json"](found()))["verdict"] is None


def test_without_a_row_there_is_a_title_alone() -> None:
    """They were stopped before there was anything."""
    nothing = Together((load_analysis(rounds=0, plan=TORNADO), load_analysis(rounds=0, plan=AIOHTTP)))
    assert "Load, tornado, aiohttp, 64 B text, 16 connections" in FORMATS["table"](nothing)
