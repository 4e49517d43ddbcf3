"""Standard output and error: readers that leave and full disks, in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench import output
from wsbench.exits import FAILED, FINE, INVALID, REGRESSED


@pytest.fixture(autouse=True)
def whole() -> Iterator[None]:
    """Leave nothing lost and nothing claimed behind."""
    yield
    output._lost.clear()
    output._claimed.clear()


def stream_to(path: str, name: str = "standard output") -> output.Stream:
    """Return a stream before a file."""
    return output.Stream(Path(path).open("w", encoding="utf-8"), name)


def test_a_full_disk_is_told_once_and_makes_success_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """A graver code stays: who reads it must not lose REGRESSED to a disk."""
    stream = stream_to("/dev/full")
    for _ in range(3):
        stream.write("a table\n")
        stream.flush()
    told = capsys.readouterr().err
    assert told == "wsbench: can't write to standard output: No space left on device\n"
    assert [output.code_after(code) for code in (FINE, REGRESSED, INVALID)] == [FAILED, REGRESSED, INVALID]


def test_a_reader_that_has_gone_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is told, and what is printed later goes nowhere, at the interpreter's end too."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        stream = output.Stream(file, "standard output")
        assert stream.write("a table\n") == 8
        stream.flush()
        assert stream.write("more") == 4
        file.flush()
    assert capsys.readouterr().err == ""
    assert output.code_after(FINE) == FINE


def test_a_full_disk_behind_standard_error_is_nobodys_loss() -> None:
    """Progress and notes are not what was asked for, and there is nobody to tell."""
    stream = stream_to("/dev/full", "")
    stream.write("round 1\n")
    stream.flush()
    assert output.code_after(FINE) == FINE


def test_both_streams_are_guarded_and_given_back() -> None:
    """What they can do besides writing they still can."""
    before = sys.stdout, sys.stderr
    with output.guarded():
        assert isinstance(sys.stdout, output.Stream)
        assert isinstance(sys.stderr, output.Stream)
        assert sys.stdout.encoding == before[0].encoding
    assert (sys.stdout, sys.stderr) == before


def test_standard_output_is_claimed_for_data_by_one_option(capsys: pytest.CaptureFixture[str]) -> None:
    """What a command is about goes to standard error then."""
    output.write("a table\n")
    assert output.claim("--junit") == ""
    assert output.claim("--junit") == ""
    assert output.claim("--out") == "--junit"
    output.write("a verdict\n")
    output.data("<xml/>\n")
    assert capsys.readouterr() == ("a table\n<xml/>\n", "a verdict\n")


def test_what_is_lost_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, and the code of a failure where all was fine."""
    output.lose("can't write to x: No space left on device")
    assert capsys.readouterr().err == "wsbench: can't write to x: No space left on device\n"
    assert output.code_after(FINE) == FAILED


def test_bytes_go_where_text_goes(tmp_path: Path) -> None:
    """After the text that was printed before; on a full disk they are lost as text is."""
    path = tmp_path / "out"
    with path.open("w", encoding="utf-8") as file:
        stream = output.Stream(file, "standard output")
        stream.write("text\n")
        stream.flush()
        stream.write_bytes(b"\x89PNG")
    assert path.read_bytes() == b"text\n\x89PNG"
    full = stream_to("/dev/full")
    full.write_bytes(b"\x89PNG")
    full.write_bytes(b"\x89PNG")
    assert output.code_after(FINE) == FAILED
