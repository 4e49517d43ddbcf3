"""What is said when wsbench itself fails, and what is never said."""

from __future__ import annotations

import re
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench import failures, hiding
from wsbench.errors import ResourceError
from wsbench.exits import FAILED


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Send reports into a folder of the test's, and forget what it told."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("WSBENCH_DEBUG", raising=False)
    failures.forget()
    yield tmp_path
    failures.forget()


def raised(problem: Exception) -> Exception:
    """Return an exception with a traceback."""
    try:
        raise problem
    except type(problem) as caught:
        return caught


def test_a_bug_is_one_line_and_a_report_for_its_owner(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line says what happened, what is saved, and where the traceback is: a file with mode 0600."""
    failures.saved("results/x.jsonl")
    assert failures.fail(raised(ZeroDivisionError("division by zero"))) == FAILED
    out, err = capsys.readouterr()
    (file,) = reports.iterdir()
    assert out == ""
    assert err == (
        "wsbench: failed: ZeroDivisionError: division by zero (a bug in wsbench);"
        " finished rounds are in results/x.jsonl;"
        f" the traceback is in {file} (WSBENCH_DEBUG=1 shows it)\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "in raised\n    raise problem\n" in file.read_text()


def test_debug_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the line, on standard error."""
    monkeypatch.setenv("WSBENCH_DEBUG", "1")
    failures.fail(raised(KeyError("x")))
    err = capsys.readouterr().err
    assert "Traceback (most recent call last):\n" in err
    assert err.splitlines()[-1].startswith("wsbench: failed: KeyError: 'x' (a bug in wsbench)")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (MemoryError(), "failed: no memory is left;"),
        (OSError(28, "No space left", "a.jsonl"), "failed: no space is left on the disk for a.jsonl;"),
        (OSError(28, "No space left on device"), "failed: no space is left on the disk;"),
        (OSError(27, "File too large", "a.jsonl"), "a.jsonl would be larger than files may be (ulimit -f);"),
        (PermissionError(13, "Permission denied", "x"), "failed: PermissionError: [Errno 13] Permission"),
        (ValueError("one\ntwo"), "failed: ValueError: one (a bug in wsbench);"),
        (RuntimeError(), "failed: RuntimeError (a bug in wsbench);"),
    ],
)
def test_each_kind_of_failure_has_its_words(
    capsys: pytest.CaptureFixture[str], problem: Exception, words: str
) -> None:
    """Whatever the message is, it is one line."""
    failures.fail(problem)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert words in err


def test_what_the_machine_does_not_give_is_no_bug(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, without a report: it says what is missing."""
    assert failures.fail(raised(ResourceError("2 threads are too few"))) == FAILED
    assert capsys.readouterr().err == "wsbench: failed: 2 threads are too few\n"
    assert not list(reports.iterdir())


def test_with_too_little_memory_nothing_is_begun() -> None:
    """A library that gets too little while it is imported ends the process, with the code of a verdict."""
    limit = 120 << 20
    done = subprocess.run(
        [sys.executable, "-m", "wsbench", "report"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    words = "120 MiB of address space may be used (ulimit -v), wsbench needs 200 to begin"
    assert (done.returncode, done.stderr) == (FAILED, f"wsbench: failed: no memory: {words}\n")


def test_neither_line_nor_report_holds_a_secret(
    reports: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environment variables have their names in the place of their values."""
    monkeypatch.setenv("API_TOKEN", "sesame-1234")
    hiding.hide("Bearer mellon")
    failures.fail(raised(ValueError("bad reply to 'Bearer mellon' with sesame-1234")))
    (file,) = reports.iterdir()
    for text in (file.read_text(), capsys.readouterr().err):
        assert not re.search("mellon|sesame", text)
        assert "bad reply to '…' with ${API_TOKEN}" in text


def test_without_room_for_a_report_the_line_is_all_there_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure while a failure is reported is none."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    assert failures.fail(raised(MemoryError())) == FAILED
    line = (
        "wsbench: failed: no memory is left; no report could be written (WSBENCH_DEBUG=1 shows the traceback)"
    )
    assert capsys.readouterr().err == f"{line}\n"
