"""`history` as its users meet it: folders of stored runs in, what became of their levels out."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from zipfile import ZipFile

import msgspec
import pytest
from count_runs import count_run_of
from histories import run_on, stepped, store
from load_runs import load_run
from terminal import assert_usage_error, called
from wsbench.commands.history import since_when
from wsbench.errors import UsageError

Capture = pytest.CaptureFixture[str]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def shown(cwd: Path, capfd: Capture, *words: str) -> CompletedProcess[str]:
    """Return what `history` prints."""
    return called("history", *words, cwd=cwd, capfd=capfd)


def test_a_folder_of_runs_has_a_history(tmp_path: Path, capfd: Capture):
    """The change at its place, a badge beside, and exit code 0: history is no gate."""
    store(tmp_path / "results", *stepped())
    done = shown(tmp_path, capfd, "--metric", "rtt_p50", "--badge", "badge.svg")
    assert done.returncode == 0
    assert "tornado REGRESSED +10.4 %" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "REGRESSED +10.4 % 8 runs ago" in (tmp_path / "badge.svg").read_text()


def test_all_kinds_of_runs_are_read(tmp_path: Path, capfd: Capture):
    """Artefacts of CI, a folder or an archive a run: runs, load runs, counts; copies count once."""
    (one,) = store(tmp_path / "runs" / "1" / "results", run_on(1))
    store(tmp_path / "runs" / "2", load_run())
    store(tmp_path / "runs" / "3", count_run_of({"tornado": 1e5}))
    with ZipFile(tmp_path / "runs" / "4.zip", "w") as archive:
        archive.write(one, "results/copy.jsonl")
    done = shown(tmp_path, capfd, "runs", "--format", "json")
    found = json.loads(done.stdout)
    assert found["runs"] == 3
    assert {"rtt_p50", "response_p99", "instructions"} <= {series["metric"] for series in found["series"]}
    assert [one["text"] for one in found["warnings"]] == ["a file is a copy of another: each run counts once"]


def test_since_server_and_metric_choose(tmp_path: Path, capfd: Capture):
    """By the time in the file, not its name."""
    store(tmp_path / "results", *stepped())
    done = shown(tmp_path, capfd, "--since", "2026-01-11", "--metric", "rtt_p90", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [line["label"] for line in lines] == [f"c{at}" for at in range(10, 20)]
    assert {line["metric"] for line in lines} == {"rtt_p90"}


def test_what_cannot_be_used_is_named(tmp_path: Path, capfd: Capture):
    """A file of another schema, one that is none, a broken archive, a clock that went back or ahead."""
    folder = tmp_path / "results"
    other = msgspec.structs.replace(run_on(2).header, schema=99)
    (folder / "notes").mkdir(parents=True)
    (folder / "schema.jsonl").write_bytes(msgspec.json.encode(other) + b"\n")
    (folder / "notes" / "log.jsonl").write_text('{"level": "info"}\n')
    (folder / "broken.zip").write_bytes(b"PK")
    late = run_on(3, started=(datetime.now(UTC) + timedelta(days=30)).isoformat())
    back = run_on(1)
    back = msgspec.structs.replace(
        back, closing=msgspec.structs.replace(back.closing, finished="2026-01-01T00:00:00+00:00")
    )
    odd = run_on(4)
    odd = msgspec.structs.replace(odd, header=msgspec.structs.replace(odd.header, started="yesterday"))
    store(folder, back, late, odd)
    text = " ".join(shown(tmp_path, capfd).stdout.split())
    for line in (
        "schema.jsonl: it has schema 99; this wsbench reads schemas 2 to 3",
        "log.jsonl: its line 1 is no line of a result file",
        "can't read it: its archive is broken",
        "ended before it began: its clock was set back",
        "began later than now",
        "its header says no time that can be read",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--against", "nobody"), "unknown server in these files 'nobody'"),
        (("--badge", "badge.txt"), "a badge is a picture, .svg, or for shields.io .json"),
    ],
)
def test_words_that_lead_nowhere_are_refused(
    tmp_path: Path, capfd: Capture, words: tuple[str, ...], line: str
):
    """In one line, before anything is written."""
    store(tmp_path / "results", run_on(1))
    done = shown(tmp_path, capfd, *words)
    assert done.returncode == 2
    assert line in done.stderr
    assert not (tmp_path / "badge.txt").exists()


def test_what_is_too_old_is_counted(tmp_path: Path, capfd: Capture):
    """It is left out because that was wished for, and it is said."""
    store(tmp_path / "results", run_on(1), run_on(2))
    text = " ".join(shown(tmp_path, capfd, "--since", "2030-01-01").stdout.split())
    assert "2 of the files began before 2030-01-01: left out (--since)" in text


def test_nothing_to_show_is_invalid(tmp_path: Path, capfd: Capture):
    """Files are there, and none has a number."""
    store(tmp_path / "results", msgspec.structs.replace(run_on(1), rounds=()))
    done = shown(tmp_path, capfd)
    assert done.returncode == 4
    assert "none of the files has a number to show" in done.stdout
    assert "it holds no finished round" in done.stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "there is no result file in results/ yet: wsbench run"),
        (["missing"], "there is no missing: name result files"),
        (["empty"], "there is no result file in empty: wsbench run"),
        (["runs", "--since", "soon"], "--since 'soon': write a date, as 2026-01-31, or days, as 30d"),
        (["runs", "--server", "tornadu"], "tornado"),
        (["runs", "--metric", "p50"], "metric"),
        (["runs", "--format", "xml"], "format"),
    ],
)
def test_wrong_words_are_one_line(words: list[str], line: str, tmp_path: Path, capfd: Capture):
    """And exit code 2."""
    (tmp_path / "empty").mkdir()
    store(tmp_path / "runs", run_on(1))
    assert_usage_error(shown(tmp_path, capfd, *words), line)


def test_since_is_a_date_or_days():
    """A date is UTC."""
    assert since_when("", NOW) is None
    assert since_when("30d", NOW) == datetime(2026, 1, 30, tzinfo=UTC)
    assert since_when("2026-01-31", NOW) == datetime(2026, 1, 31, tzinfo=UTC)
    assert since_when("2026-01-31T12:00:00+02:00", NOW) == datetime(2026, 1, 31, 10, tzinfo=UTC)
    for wrong in ("999999d", "2026-13-01", "d", "30"):
        with pytest.raises(UsageError, match="--since"):
            since_when(wrong, NOW)
