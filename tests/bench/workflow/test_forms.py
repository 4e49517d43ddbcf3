"""Formats: which there are, what is told before anything is measured, and where each goes."""

from __future__ import annotations

import csv
import importlib.util
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drawn import KINDS, compared, judged, timed
from junitparser import JUnitXml
from msgspec.structs import replace
from wsbench.analysis.count import CountAnalysis
from wsbench.analysis.history.series import History
from wsbench.analysis.load import LoadAnalysis
from wsbench.analysis.run import Analysis
from wsbench.analysis.side_by_side import SideBySide
from wsbench.errors import UsageError
from wsbench.exits import FAILED, FINE
from wsbench.output import code_after, guarded
from wsbench.plan.metrics import METRICS
from wsbench.verdicts.judgement import Judgement
from wsbench.workflow.formats import FORMATS
from wsbench.workflow.forms import give, read_forms, try_forms
from wsbench.workflow.shown import shown_of

ALL = "table, markdown, csv, json, html, svg, png, junit, pytest-benchmark, pyperf, hdr, action-smaller, "
CHARTS = "verdicts, causes, history, load, answered, course, work, parts, runs, versions, sweep, p50"


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
            "--format csv can't be had of a verdict: choose from table, markdown, json, html",
        ),
        (
            SideBySide,
            "csv",
            [],
            "--format csv can't be had of several files side by side: choose from table, markdown, json",
        ),
        (
            LoadAnalysis,
            "table",
            ["pytest-benchmark=a"],
            "--write pytest-benchmark can't be had of a load run: choose from table, markdown, csv, json",
        ),
        (CountAnalysis, "hdr", [], "--format hdr can't be had of counts: choose from table, markdown, csv"),
        (
            History,
            "pyperf",
            [],
            "--format pyperf can't be had of a history: choose from table, markdown",
        ),
        (Analysis, "asv", [], "--format asv is several files: --write asv=FOLDER"),
        (Analysis, "table", ["asv=-"], "--write asv=-: asv is several files: --write asv=FOLDER"),
        (Analysis, "pyperf:p50", [], "--format pyperf:p50: pyperf is all of a result; only svg and png are "),
        (Analysis, "table", ["html"], "--write html: write FORMAT=FILE, such as html=page.html"),
        (Analysis, "table", ["html="], "--write html=: write FORMAT=FILE, such as html=page.html"),
        (Analysis, "html:p50", [], "--format html:p50: html is all of a result; only svg and png are "),
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


@pytest.mark.parametrize(
    ("module", "word", "line"),
    [
        ("altair", "html", "altair and vl-convert-python are missing: pip install 'wsbench[page]'"),
        ("pyarrow", "parquet", "pyarrow is missing: pip install 'wsbench[parquet]'"),
    ],
)
def test_without_the_extra_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, module: str, word: str, line: str
) -> None:
    """Before anything is measured; what needs nothing is had all the same."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "wsbench.workflow.formats.find_spec", lambda name: None if name == module else found(name)
    )
    with pytest.raises(UsageError) as caught:
        read_forms(Analysis, "table", [f"{word}=a"])
    assert str(caught.value) == f"--write {word}: {line}"
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


@pytest.mark.parametrize(
    "name", [name for name, form in FORMATS.items() if not (form.needs or form.folder or name == "junit")]
)
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
        give(read_forms(Analysis, name), shown)
    assert (tmp_path / "a" / "b").read_bytes() == capsys.readouterr().out.encode()


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
    """The command line, and every module that a verb needs before it measures, does without."""
    code = (
        "import sys, wsbench.cli.main, wsbench.commands.report, wsbench.commands.compare;"
        " print(sorted({'altair', 'pyarrow', 'vl_convert', 'wsbench.page.frame'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_junit_is_of_a_judgement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a run that was made to decide, and of `compare`; of another run it is one line, and exit code 5."""
    for number, shown in enumerate((shown_of(compared()), judged())):
        path = tmp_path / f"{number}.xml"
        with guarded():
            give(read_forms(type(shown.said), "json", [f"junit={path}"]), shown)
        read = JUnitXml.fromfile(str(path))
        assert shown.judgement
        assert read.tests == len(shown.judgement.gated)
        assert read.failures == sum(one.verdict == "REGRESSED" for one in shown.judgement.gated) > 0
    with guarded():
        give(read_forms(Analysis, "json", [f"junit={tmp_path}/no.xml"]), shown_of(timed()))
        assert code_after(FINE) == FAILED
    assert "junit has verdicts, and nothing was judged" in capsys.readouterr().err
    assert not (tmp_path / "no.xml").exists()


def test_a_strict_verdict_is_strict_in_junit() -> None:
    """What is open fails there, as it does by `--junit`."""
    shown = judged()
    assert isinstance(shown.said, Judgement)
    verdicts = tuple(replace(one, verdict="INCONCLUSIVE") for one in shown.said.gated)
    still_open = replace(shown, said=replace(shown.said, verdicts=verdicts))
    write = FORMATS["junit"].write
    assert "<skipped" in str(write(still_open, ""))
    assert "<failure" in str(write(replace(still_open, strict=True), ""))


def test_a_folder_that_can_not_be_written_is_told_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is a commit that nobody knows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    digits = "0123456789" * 4
    with pytest.raises(UsageError, match=r"^--write asv=file: can't write to this folder: "):
        try_forms(read_forms(Analysis, "table", [f"asv:{digits}=file"]))
    with pytest.raises(UsageError, match=r"^--write asv=new: asv keeps results by commit"):
        try_forms(read_forms(Analysis, "table", ["asv:nowhere=new"]))
    assert not (tmp_path / "new").exists()


def test_csv_says_the_unit_of_every_number() -> None:
    """As the table of metrics has it."""
    rows = list(csv.DictReader(io.StringIO(shown_of(timed()).text("csv"))))
    assert len(rows) > 50
    assert all(one["unit"] == METRICS[one["metric"]].unit for one in rows)
