"""The renderers of a load run: one analysis, four texts."""

from __future__ import annotations

import csv
import io
import json

import pytest
from load_runs import estimate, load_analysis, plan_of, row_of
from msgspec.structs import replace
from wsbench.analysis.load import LoadAnalysis
from wsbench.facts.notices import Notice
from wsbench.plan.metrics import METRICS
from wsbench.planning.load import SHARES
from wsbench.report import run
from wsbench.report.figures import load_figures
from wsbench.report.formats import on_terminal
from wsbench.report.load import FORMATS, pages
from wsbench.stats.estimate import Estimate


@pytest.fixture
def analysis() -> LoadAnalysis:
    """Return a sweep whose last rate was missed, with numbers as long as they get."""
    rows = [row_of(140_000 * share, 1 / (1.02 - share), share=share) for share in SHARES[:-1]]
    missed = row_of(140_000, 900, share=1.0, missed="134,310 of 140,000 msg/s were answered")
    return load_analysis(
        *rows,
        missed,
        row_of(0),
        ceiling=estimate(140_000),
        knee=Estimate(112_000, 98_000, float("inf"), 5),
        notices=(Notice("the host took up to 9% of a round away"),),
    )


def test_the_words_for_formats_are_those_of_every_report() -> None:
    """`report` takes one word for both kinds of files."""
    assert FORMATS.keys() == run.FORMATS.keys()


@pytest.mark.parametrize("width", [60, 80, 100, 120, 170, 250])
def test_the_report_fits_the_terminal(analysis: LoadAnalysis, width: int) -> None:
    """No line is longer, no number is broken over two lines, and nothing but a rank is in bold."""
    text = on_terminal(pages, analysis, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("140,000 ") >= 1
    lines = [line for line in text.splitlines() if line.strip().startswith(("14,000 ", "10 % "))]
    assert len(lines) == 1


def test_at_80_columns_a_rate_is_a_line(analysis: LoadAnalysis) -> None:
    """With ±; the missed one with dashes, its reason and the findings below."""
    text = on_terminal(pages, analysis, 80)
    (line,) = [line for line in text.splitlines() if line.split()[:1] == ["140,000"]]
    assert line.split()[1:3] == ["139,860", "±420"]
    assert "–" in line
    assert text.startswith("tornado does what it can.\n\nLoad, tornado")
    assert "rate 140,000: 134,310 of 140,000 msg/s were answered" in text
    assert "knee: 112,000 ±– msg/s" in text
    assert "note: the host took" in text


def test_a_wide_terminal_shows_whole_intervals(analysis: LoadAnalysis) -> None:
    """80 columns show ±, 200 show both ends."""
    assert "±" in on_terminal(pages, analysis, 80).partition("rounds of")[0]
    assert "±" not in on_terminal(pages, analysis, 200).partition("rounds of")[0]


def test_every_markdown_row_has_as_many_cells_as_its_head(analysis: LoadAnalysis) -> None:
    """GitHub drops what has no column; heads are in one line."""
    text = FORMATS["markdown"](analysis)
    block = next(block for block in text.split("\n\n") if block.startswith("|"))
    assert len({line.count("|") for line in block.splitlines()}) == 1
    assert len(block.splitlines()) == len(analysis.rows) + 2
    assert text.startswith("**tornado does what it can.**\n\n### Load, tornado, 64 B text, 16 connections\n")
    assert text.endswith("Some CPU, 2 cores, Linux, CPython 3.11.7.\n")


def test_csv_is_one_estimate_a_line(analysis: LoadAnalysis) -> None:
    """Those of a rate with it, those of the run without; times that can't be believed are not there."""
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](analysis))))
    first = next(row for row in rows if row["metric"] == "response_p99")
    assert (float(first["rate"]), float(first["share"]), first["arrivals"]) == (14_000, 0.1, "uniform")
    assert (first["unit"], first["connections"], first["client"], first["n"]) == ("ns", "16", "wire", "5")
    assert float(first["low"]) < float(first["value"]) < float(first["high"])
    assert {row["metric"] for row in rows if row["rate"] == "140000"} == {"achieved", "server_cpu"}
    whole = {row["metric"]: row for row in rows if not row["rate"]}
    assert whole.keys() == {"ceiling", "knee"}
    assert (whole["knee"]["value"], whole["knee"]["high"], whole["knee"]["unit"]) == ("112000", "", "msg/s")


def test_every_metric_of_an_analysis_has_a_unit(analysis: LoadAnalysis) -> None:
    """The long form names one for each."""
    assert all(figure.unit == METRICS[figure.metric].unit for figure in load_figures(analysis))
    assert {"recovery", "capacity"} < METRICS.keys()


def test_json_has_rows_headline_warnings_plan_and_environment(analysis: LoadAnalysis) -> None:
    """The rows are those of the CSV; why a rate shows no times is an error."""
    document = json.loads(FORMATS["json"](analysis))
    assert {"server", "version", "metric", "value", "low", "high", "unit", "n", "rate", "arrivals"} <= set(
        document["rows"][0]
    )
    assert document["headline"] == "tornado does what it can."
    assert document["errors"] == [
        {"rate": 140_000, "share": 1.0, "stage": None, "reason": "134,310 of 140,000 msg/s were answered"}
    ]
    assert document["warnings"][0]["text"].startswith("the host took")
    assert (document["plan"]["mode"], document["environment"]["cores"]) == ("sweep", 2)
    assert (document["server"]["version"], document["status"], document["rounds"]) == ("6.6.1", "complete", 5)


def test_steps_of_a_round_that_never_ended_are_marked_in_every_format(analysis: LoadAnalysis) -> None:
    """A table of their own, and a list of their own in JSON; CSV has what has an interval, and no step."""
    steps = (row_of(500, held=True), row_of(900, held=False, missed="8 of 9"))
    partly = replace(analysis, unfinished=steps)
    assert "\nRound 6, interrupted after 2 steps\n" in FORMATS["table"](partly)
    assert "\n### Round 6, interrupted after 2 steps\n" in FORMATS["markdown"](partly)
    assert FORMATS["csv"](partly) == FORMATS["csv"](analysis)
    document, whole = (json.loads(FORMATS["json"](one)) for one in (partly, analysis))
    held, lost = document.pop("unfinished")
    assert (held["round"], held["rate"], held["held"], held["reasons"]) == (6, 500, True, [])
    assert held["values"]["response_p50"] == 60_000
    assert (lost["held"], lost["reasons"], lost["values"].keys()) == (
        *(False, ["8 of 9"]),
        {"achieved", "server_cpu"},
    )
    assert whole.pop("unfinished") == []
    assert document == whole


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_without_a_round_can_be_shown(form: str) -> None:
    """It was stopped before there was anything: no table, no traceback."""
    text = FORMATS[form](load_analysis(rounds=0, status="interrupted", plan=plan_of()))
    assert text.endswith("\n")
    assert ("0 rounds" in text) == (form in {"table", "markdown"})
