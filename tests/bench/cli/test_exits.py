"""Exit codes as scripts see them: whatever becomes of the output, and whatever fails."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import tempfile
from pathlib import Path

import msgspec
import pytest
from runs import run_of
from terminal import WSBENCH, called, own, wsbench
from wsbench.commands import listing
from wsbench.storage.results import Store

US = {"stdlib": 40.0, "tcp": 30.0}


def stored(folder: Path, label: str, tornado_us: float) -> str:
    """Write a run in which Tornado takes so long and return the file's name."""
    run = run_of({"tornado": tornado_us, **US})
    store = Store(folder, msgspec.structs.replace(run.header, label=label))
    for one in (*run.rounds, run.closing):
        assert one
        store.append(one)
    assert store.path
    return store.path.name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `old`, `new` (REGRESSED) and `same`."""
    found = tmp_path_factory.mktemp("exits")
    for label, us in (("old", 60.0), ("new", 120.0), ("same", 60.0)):
        (found / stored(found, label, us)).rename(found / f"{label}.jsonl")
    return found


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of bash in which `wsbench` is ours."""
    line = f'set -o pipefail; wsbench() {{ {" ".join(WSBENCH)} "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, cwd=cwd, env=own(cwd), timeout=60, check=False
    )


FULL = "wsbench: can't write to standard output: No space left on device\n"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("wsbench compare old.jsonl new.jsonl | head -0", 1, ""),
        ("wsbench compare old.jsonl new.jsonl >&-", 1, ""),
        ("wsbench compare old.jsonl new.jsonl >/dev/full", 1, FULL),
        ("wsbench report old.jsonl new.jsonl >/dev/full", 5, FULL),
        ("wsbench --help >&-", 0, ""),
        ("cat old.jsonl | wsbench report - --format json 2>/dev/full | grep -c rows >/dev/null", 0, ""),
    ],
)
def test_no_reader_and_no_disk_changes_a_verdict(folder: Path, command: str, code: int, said: str) -> None:
    """A full disk is 5 where all else was fine, for then nobody has what was asked for."""
    done = shell(command, folder)
    assert (done.returncode, done.stderr) == (code, said)


def test_a_broken_contract_stays_1_when_nobody_reads_on(broken: Path, tmp_path: Path) -> None:
    """Every server is tried to the end."""
    server = min(broken.glob("*.py"))
    done = shell(f"wsbench verify {server} | head -0", tmp_path)
    assert done.returncode == 1, done.stderr


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            ZeroDivisionError("division by zero"),
            "failed: ZeroDivisionError: division by zero (a bug in wsben",
        ),
        (MemoryError(), "failed: no memory is left; the traceback is in "),
        (
            OSError(28, "No space left on device", "x.jsonl"),
            "failed: no space is left on the disk for x.jsonl",
        ),
        (EOFError("truncated"), "failed: EOFError: truncated (a bug in wsbench)"),
        (SystemExit(1), "failed: SystemExit: 1"),
        (BrokenPipeError(32, "Broken pipe"), "failed: BrokenPipeError: [Errno 32] Broken pipe"),
    ],
)
def test_what_is_no_verdict_never_exits_with_1(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    problem: BaseException,
    words: str,
) -> None:
    """5, one line, and a report outside the folder it runs in."""

    def fail() -> None:
        raise problem

    monkeypatch.setattr(listing, "show_environment", fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = called("env", cwd=tmp_path, capfd=capfd)
    assert (done.returncode, done.stdout) == (5, "")
    (line,) = done.stderr.split("\n")[-2:-1]
    assert done.stderr.strip() == line  # the parser has an empty line for an EOFError
    assert line.startswith(f"wsbench: {words}")
    (report,) = tmp_path.glob("wsbench-*.txt")
    assert "Traceback (most recent call last):" in report.read_text()


def test_ctrl_c_is_130(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a word."""

    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "show_environment", stop)
    done = called("env", cwd=tmp_path, capfd=capfd)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_wsbench_that_can_not_even_be_loaded_is_5(tmp_path: Path) -> None:
    """A dependency that is broken is no verdict either."""
    (tmp_path / "msgspec.py").write_text("raise RuntimeError('broken')\n")
    done = wsbench("list", cwd=tmp_path, variables={"PYTHONPATH": str(tmp_path), "WSBENCH_DEBUG": "1"})
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.splitlines()[-1].startswith("wsbench: failed: RuntimeError: broken (a bug in wsbench)")
    assert "Traceback (most recent call last):" in done.stderr
    Path(re.findall(r"traceback is in (\S+)", done.stderr)[0]).unlink()


def test_a_report_that_can_not_be_written_leaves_the_verdict(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is printed first; 5 only where it would have been 0."""
    for other, code in (("new", 1), ("same", 5)):
        words = ("compare", "old.jsonl", f"{other}.jsonl", "--junit", "/dev/full")
        done = called(*words, cwd=folder, capfd=capfd)
        assert done.returncode == code
        assert done.stdout.startswith("REGRESSED" if code == 1 else "INCONCLUSIVE")
        assert done.stderr == "wsbench: can't write to /dev/full: No space left on device\n"


def test_outputs_are_tried_before_anything_is_measured(
    folder: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One line and exit 2: a FIFO that nobody reads, and a file that is an input."""
    os.mkfifo(tmp_path / "fifo")
    for junit, line in (
        (tmp_path / "fifo", "nobody reads this FIFO; start its reader first"),
        (folder, "Is a directory"),
        ("old.jsonl", "--junit old.jsonl would replace a file that is read, or written to as well"),
    ):
        done = called("compare", "old.jsonl", "same.jsonl", "--junit", str(junit), cwd=folder, capfd=capfd)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert line in done.stderr
    assert (folder / "old.jsonl").exists()


def test_the_summary_is_tried_before_anything_is_measured(folder: Path) -> None:
    """The line names the variable; nothing is said of verdicts."""
    variables = {"GITHUB_STEP_SUMMARY": "/proc/nowhere/summary.md"}
    done = wsbench("compare", "old.jsonl", "same.jsonl", cwd=folder, variables=variables)
    line = "GITHUB_STEP_SUMMARY: can't write to /proc/nowhere/summary.md: No such file or directory"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"wsbench: {line}\n")


def test_junit_on_standard_output_is_alone_there(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The verdict goes to standard error."""
    done = called("compare", "old.jsonl", "new.jsonl", "--junit", "-", cwd=folder, capfd=capfd)
    assert done.returncode == 1
    assert done.stdout.startswith("<?xml ")
    assert done.stdout.endswith("</testsuites>\n")
    assert done.stderr.startswith("REGRESSED in ")


def test_a_run_can_go_to_the_report_of_another_process(tmp_path: Path) -> None:
    """Its own tables are on standard error, and no file is made."""
    words = "stdlib --client wire --rounds 1 --connections 1 --profile quick --quiet"
    done = shell(f"wsbench run {words} --out - 2>own | wsbench report - >others; cmp own others", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "own").read_text().startswith("64 B text, driven by wire")
    assert {path.name for path in tmp_path.iterdir()} <= {"own", "others", "cache"}


def test_files_of_any_name_and_folders_are_compared(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What is there decides; their names stand in the verdicts."""
    (folder / "kept").mkdir(exist_ok=True)
    (folder / "kept" / "new.jsonl").write_bytes((folder / "new.jsonl").read_bytes())
    (folder / "before.txt").write_bytes((folder / "old.jsonl").read_bytes())
    done = called("compare", "before.txt", "kept", cwd=folder, capfd=capfd)
    assert done.returncode == 1, done.stderr
    assert "tornado of new against tornado of before" in done.stdout


def test_reports_stand_side_by_side(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A column for each file, with the newest of a folder; CSV has no such form."""
    (folder / "old.jsonl.gz").write_bytes(gzip.compress((folder / "old.jsonl").read_bytes()))
    (folder / "results").mkdir()
    (folder / "results" / "new.jsonl").write_bytes((folder / "new.jsonl").read_bytes())
    done = called("report", "old.jsonl.gz", "results", cwd=folder, capfd=capfd)
    assert done.returncode == 0, done.stderr
    assert re.search(r"server +old +new +change", done.stdout)
    assert "+100.0%" in done.stdout
    done = called("report", "old.jsonl", "new.jsonl", "--format", "csv", cwd=folder, capfd=capfd)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--format csv can't be had of several files side by side: choose from table" in done.stderr
