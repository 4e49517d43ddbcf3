"""A result: the same text, files, charts and exit codes as the command line has."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from drawn import compared, counted, timed
from wsbench.errors import UsageError
from wsbench.library.result import result_of
from wsbench.report import run as run_report
from wsbench.verdicts.judgement import judge
from wsbench.workflow.shown import analysed, shown_of, shown_with


def test_its_text_is_that_of_the_report() -> None:
    """In each format of text, and with all tables."""
    result = result_of(shown_of(timed(), typed=()), ("a line",))
    for name, write in run_report.FORMATS.items():
        assert result.text(name) == write(analysed(timed()))
    assert len(result.text(details=True)) > len(result.text())
    assert (result.verdict, result.changes, result.messages, result.exit_code) == ("", (), ("a line",), 0)
    with pytest.raises(UsageError, match=r"html is no text: write\('html=FILE'\)"):
        result.text("html")


def test_it_writes_files(tmp_path: Path) -> None:
    """As `--write`; standard output is not one of them."""
    result = result_of(shown_of(timed(), typed=()), ())
    result.write(f"csv={tmp_path / 'a.csv'}", f"html={tmp_path / 'page.html'}")
    assert (tmp_path / "a.csv").read_text().startswith("server,version")
    assert "<html" in (tmp_path / "page.html").read_text()
    with pytest.raises(UsageError, match="text\\(\\) returns"):
        result.write("csv=-")
    with pytest.raises(UsageError, match="FORMAT=FILE"):
        result.write("csv")


def test_its_charts_are_those_of_the_page() -> None:
    """By their titles, as charts of Altair that can be drawn."""
    charts = result_of(shown_of(timed(), typed=()), ()).charts()
    assert any(title.startswith("Median round trip") for title in charts)
    assert all(one.to_dict()["$schema"] for one in charts.values())


def test_a_judgement_has_its_word_and_code() -> None:
    """REGRESSED is 1; its rows are those of the run, its changes those of the verdicts."""
    run = compared()
    found = judge(run)
    assert found
    result = result_of(shown_with(found, [run], typed=()), ())
    assert (result.verdict, result.exit_code) == ("REGRESSED", 1)
    assert {one.server for one in result.rows} == {"tornado", "new", "stdlib", "tcp"}
    assert len(result.frame("changes")) == len(result.changes)
    with pytest.raises(UsageError, match="rows, changes"):
        result.frame("columns")  # type: ignore[arg-type]


def test_counts_have_a_code_too() -> None:
    """Nothing of a result can be changed."""
    result = result_of(shown_of(counted(), typed=()), ())
    assert result.exit_code == 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.exit_code = 1  # type: ignore[misc]
