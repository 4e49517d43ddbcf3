"""Several stored runs in one report, in each of its forms."""

from __future__ import annotations

import json

import pytest
from load_runs import load_run, plan_of
from runs import run_of
from wsbench.analysis.side_by_side import SideBySide, put_side_by_side
from wsbench.demand.workload import Workload
from wsbench.report.formats import on_terminal
from wsbench.report.side_by_side import FORMATS, pages

WORKLOADS = (Workload(), Workload(connections=16))


@pytest.fixture
def found() -> SideBySide:
    """Return two runs of another machine each, Tornado slower in the later one."""
    old = run_of({"tornado": 60.0, "tcp": 30.0}, workloads=WORKLOADS)
    new = run_of({"tornado": 90.0}, workloads=WORKLOADS, cpu="Other CPU", shares={"tornado": (0.99, 0.4)})
    return put_side_by_side([("old", old), ("new", new)])


def test_the_terminal_has_a_column_for_each_run(found: SideBySide) -> None:
    """With intervals, what surely differs, who was at the limit, and what the columns are."""
    lines = on_terminal(pages, found, width=80).splitlines()
    assert lines[0] == "p50 µs, 64 B text, 1 connection, depth 1, driven by wire"
    assert lines[2].split() == ["server", "old", "new", "change"]
    assert lines[4].split() == ["tornado", "60.0", "±1.2", "90.0", "±1.8", "+50.0%"]
    assert lines[5].split() == ["tcp", "30.0", "±0.6", "–", "–"]
    assert "(client): the client was the limit, so that number is not the server's." in lines
    assert "old: test, 2026-01-02T03:04:05+00:00, 8 rounds." in lines
    assert any(line.startswith("note: new: of another machine than old (processor") for line in lines)
    assert max(map(len, lines)) <= 80


def test_markdown_has_the_same_tables(found: SideBySide) -> None:
    """With whole intervals, for there is room."""
    text = FORMATS["markdown"](found)
    assert "| server | old | new | change |" in text
    assert "| tornado | 60.0 [58.8, 61.2] | 90.0 [88.3, 91.8] | +50.0% |" in text


def test_json_has_a_row_for_each_value(found: SideBySide) -> None:
    """Changes are shares; the runs and their machines are listed."""
    document = json.loads(FORMATS["json"](found))
    assert [one["name"] for one in document["sources"]] == ["old", "new"]
    first, second, *others = document["rows"]
    assert (first["source"], first["name"], first["metric"], first["unit"]) == (
        "old",
        "tornado",
        "rtt_p50",
        "ns",
    )
    assert (first["change"], second["source"], round(second["change"], 3)) == (None, "new", 0.5)
    assert [one["void"] for one in others if one["source"] == "new"] == [True]


def test_of_three_runs_a_change_says_whose_it_is() -> None:
    """And versions stand below where they differ."""
    runs = [(name, run_of({"tornado": us})) for name, us in (("a", 60.0), ("b", 90.0), ("c", 120.0))]
    assert "b +50.0%, c +100.0%" in FORMATS["markdown"](put_side_by_side(runs))


def test_load_runs_are_shown_by_rate() -> None:
    """The 99th percentile of the response time."""
    load = load_run(plan_of(rates=(2_000.0,)))
    text = FORMATS["markdown"](put_side_by_side([("a", load), ("b", load)]))
    assert "### p99 µs, load of tornado, 64 B text, 16 connections, depth 1" in text
    assert "| rate | a | b | change |" in text
    assert "| 2,000 msg/s |" in text
