"""The renderers: one analysis, four texts."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest
from runs import run_of
from wsbench.analysis.run import Analysis, analyse
from wsbench.demand.workload import Workload
from wsbench.plan.margins import Comparison
from wsbench.report.formats import on_terminal
from wsbench.report.run import FORMATS, details, details_and_answer, pages


@pytest.fixture
def analysis() -> Analysis:
    """Return a run with latency, throughput, a failed cell, and numbers as long as they get."""
    run = run_of(
        {"tornado": 1260.0, "websockets": 2250.0, "stdlib": 40.0, "tcp": 30.0, "aiohttp": 50.0},
        workloads=[Workload(), Workload(connections=16)],
        failures={"aiohttp": "reply 1,000: byte 3 of 64 came back as 0x00, sent was 0x41"},
        busy=0.4,
    )
    return analyse(run)


@pytest.mark.parametrize("width", [80, 100, 200])
def test_terminal_tables_fit_the_terminal(analysis: Analysis, width: int) -> None:
    """No line is longer than the screen, and no server's name is broken."""
    text = on_terminal(details_and_answer, analysis, width)
    assert max(map(len, text.splitlines())) <= width
    assert "websockets" in text


def test_a_wide_terminal_shows_whole_intervals(analysis: Analysis) -> None:
    """80 columns show ±, 200 show both ends."""
    assert "±" in on_terminal(details, analysis, 80).partition("8 rounds")[0]
    assert "±" not in on_terminal(details, analysis, 200).partition("8 rounds")[0]


def test_every_markdown_row_has_as_many_cells_as_its_head(analysis: Analysis) -> None:
    """GitHub drops what has no column."""
    for block in FORMATS["markdown"](analysis).split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1


def test_csv_is_one_estimate_a_line(analysis: Analysis) -> None:
    """It reads back as the figures, with numbers as numbers."""
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](analysis))))
    p50 = next(row for row in rows if row["server"] == "stdlib" and row["metric"] == "rtt_p50")
    assert float(p50["low"]) <= float(p50["value"]) <= float(p50["high"])
    assert (p50["unit"], p50["size"], p50["kind"], p50["n"]) == ("ns", "64", "text", "8")


def test_json_has_rows_verdicts_warnings_and_environment(analysis: Analysis) -> None:
    """The keys are those of the design."""
    document = json.loads(FORMATS["json"](analysis))
    assert {"rows", "verdicts", "warnings", "environment"} <= document.keys()
    assert list(document["rows"][0]) == [
        *("server", "version", "client", "loop", "size", "kind", "connections", "depth"),
        *("metric", "value", "low", "high", "unit", "n"),
        *("fragments", "payload", "tls", "deflate", "python", "idle", "slow_readers", "made_of"),
    ]
    assert document["errors"][0]["reason"].startswith("reply 1,000")


@pytest.mark.parametrize("name", FORMATS)
def test_every_renderer_prints_the_notices(analysis: Analysis, name: str) -> None:
    """A warning can't be lost by choosing a format; CSV alone has no place for one."""
    text = FORMATS[name](analysis)
    assert name == "csv" or "kept 40% of the cores busy" in text


def test_what_a_run_decides_stands_at_its_end() -> None:
    """On a terminal, where the end is what is seen; elsewhere first, before the tables. JSON has both."""
    rtts = {"tornado": 60.0, "slow=tornado": 66.0, "tcp": 30.0}
    found = analyse(run_of(rtts, comparison=Comparison((("tornado", "slow"),), looks=(8,))))
    headline = "REGRESSED in 2 of 2 gated lines: slow p50 µs +10.0 % [+10.0, +10.0]"
    table, markdown = FORMATS["table"](found), FORMATS["markdown"](found)
    assert table.index("64 B text, driven by wire") < table.index(headline)
    assert markdown.startswith(f"**{headline}")
    assert 0 < markdown.index("slow against tornado: round trip") < markdown.index("Round trip, 64 B text")
    document = json.loads(FORMATS["json"](found))
    assert [one["verdict"] for one in document["verdicts"]] == ["REGRESSED"] * 2
    assert (document["verdict"], len(document["rows"]) > 10) == ("REGRESSED", True)


def test_a_run_that_decides_nothing_has_no_verdicts(analysis: Analysis) -> None:
    """The key is there for scripts, and empty; no word stands for the run."""
    document = json.loads(FORMATS["json"](analysis))
    assert document["verdicts"] == []
    assert "verdict" not in document


@pytest.mark.parametrize("name", FORMATS)
def test_every_renderer_takes_an_empty_run(name: str) -> None:
    """A run stopped before its first round is no crash."""
    run = msgspec.structs.replace(run_of({"tornado": 60.0}), rounds=(), closing=None)
    assert FORMATS[name](analyse(run))


def test_a_run_in_which_nothing_was_measured_says_why_and_no_more() -> None:
    """Once for each server, not in a table for each workload."""
    run = run_of(
        {"tornado": 60.0}, workloads=[Workload(), Workload(connections=16)], failures={"tornado": "gone"}
    )
    closing = msgspec.structs.replace(run.closing, failures=run.rounds[0].failures)
    empty = msgspec.structs.replace(run, rounds=(), closing=closing)
    (page,) = pages(analyse(empty), 80)
    assert (page.tables, page.closing[0]) == ([], "tornado: gone")
    assert len([line for line in page.closing if "gone" in line]) == 1
