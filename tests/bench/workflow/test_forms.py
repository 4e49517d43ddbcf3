"""Formats: which there are, what is told before anything is measured, and where each goes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drawn import KINDS, timed
from wsbench.analysis.load import LoadAnalysis
from wsbench.analysis.run import Analysis
from wsbench.analysis.side_by_side import SideBySide
from wsbench.errors import UsageError
from wsbench.exits import FAILED, FINE
from wsbench.output import code_after, guarded
from wsbench.verdicts.judgement import Judgement
from wsbench.workflow.forms import FORMATS, give, read_forms, try_forms
from wsbench.workflow.shown import shown_of

ALL = "table, markdown, csv, json, html, svg, png"
CHARTS = "verdicts, causes, history, load, answered, work, parts, runs, versions, sweep, p50"


@pytest.mark.parametrize(
    ("kind", "printed", "written", "line"),
    [
        (Analysis, "xml", [], f"unknown format 'xml'; did you mean html? choose from {ALL}"),
        (Analysis, "table", ["xml=a"], f"unknown format 'xml'; did you mean html? choose from {ALL}"),
        (LoadAnalysis, "tabel", [], "unknown format 'tabel'; did you mean table? choose from "),
        (
            Judgement,
            "csv",
            [],
            "unknown format 'csv'; did you mean svg? choose from table, markdown, json, html",
        ),
        (SideBySide, "csv", [], "--format csv is for one file; several side by side: table, markdown, json"),
        (Analysis, "table", ["html"], "--write html: write FORMAT=FILE, such as html=page.html"),
        (Analysis, "table", ["html="], "--write html=: write FORMAT=FILE, such as html=page.html"),
        (Analysis, "html:p50", [], "--format html:p50: html has all charts; only svg and png are of one"),
        (Analysis, "svg:p51", [], f"unknown chart 'p51'; did you mean p50? choose from {CHARTS}"),
        (Analysis, "table", ["png:=a"], f"unknown chart ''; choose from {CHARTS}"),
    ],
)
def test_a_wrong_word_names_the_known_ones(
    kind: type[Any], printed: str, written: list[str], line: str
) -> None:
    """In one line, before anything is measured."""
    with pytest.raises(UsageError) as caught:
        read_forms(kind, printed, written)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is measured; what needs nothing is had all the same."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "wsbench.workflow.forms.find_spec", lambda name: None if name == "altair" else found(name)
    )
    with pytest.raises(UsageError, match=r"^--write html: .* pip install 'wsbench\[page\]'$"):
        read_forms(Analysis, "table", ["html=a"])
    read_forms(Analysis, "json", ["csv=a"])


def test_a_picture_is_not_printed_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes would be taken for instructions."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(UsageError, match="--format png is no text for a terminal"):
        read_forms(Analysis, "png")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["csv={folder}/read.jsonl"], "--write csv={folder}/read.jsonl would replace a file that is read"),
        (["csv={folder}/a", "json={folder}/b/../a"], "--write json={folder}/b/../a would replace a file"),
        (["csv={folder}"], "--write csv: can't write to {folder}: "),
        (["csv=-", "json=-"], "--write json: --write csv goes to standard output already"),
    ],
)
def test_a_file_that_can_not_be_written_is_told_first(tmp_path: Path, words: list[str], line: str) -> None:
    """What would be lost otherwise is the result of a minute, or the file that is read."""
    read = tmp_path / "read.jsonl"
    read.write_text("x")
    with guarded(), pytest.raises(UsageError) as caught:
        try_forms(read_forms(Analysis, "table", [one.format(folder=tmp_path) for one in words]), [read])
    assert str(caught.value).startswith(line.format(folder=tmp_path))
    assert read.read_text() == "x"


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.needs])
def test_what_is_written_is_what_would_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Beside it stands what was asked for on the screen."""
    shown = shown_of(timed())
    with guarded():
        forms = read_forms(Analysis, "json", [f"{name}={tmp_path}/a/b"])
        try_forms(forms)
        give(forms, shown)
    assert capsys.readouterr().out == shown.text("json")
    assert (tmp_path / "a" / "b").read_bytes() == shown.text(name).encode()


def test_a_chart_without_data_fails_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names those that there are; the other files are written, and the exit code is 5."""
    words = [f"svg:load={tmp_path}/load.svg", f"json={tmp_path}/all.json"]
    with guarded():
        forms = read_forms(Analysis, "table", words)
        try_forms(forms)
        give(forms, KINDS["run"][0]())
        assert code_after(FINE) == FAILED
    said = capsys.readouterr().err
    assert "chart load (latency against rate): this result has no data for it; it has p50, " in said
    assert (tmp_path / "all.json").exists()
    assert not (tmp_path / "load.svg").exists()


def test_pictures_are_imported_by_whoever_makes_them() -> None:
    """The command line, and every module that a verb needs before it measures, does without them."""
    code = (
        "import sys, wsbench.cli.main, wsbench.commands.report, wsbench.commands.compare;"
        " print(sorted({'altair', 'vl_convert', 'wsbench.page.frame'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
