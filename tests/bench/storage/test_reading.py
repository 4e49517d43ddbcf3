"""Result files in whatever form they come: compressed, piped, with a mark, or as no such file at all."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard
from load_runs import load_run
from runs import run_of
from wsbench.records.load import LoadRun
from wsbench.records.run import Run
from wsbench.storage import reading
from wsbench.storage.errors import StoreError
from wsbench.storage.results import read_any

RUN = run_of({"tornado": 60.0}, rounds=3)


def lines_of(run: Run | LoadRun) -> list[bytes]:
    """Return the lines of a run's file."""
    return [msgspec.json.encode(one) for one in (run.header, *run.rounds, run.closing)]


TEXT = b"\n".join([*lines_of(RUN), b""])


def many_frames(text: bytes) -> bytes:
    """Return a text as two frames of zstd, one behind the other."""
    return b"".join(zstandard.compress(part) for part in (text[: len(text) // 2], text[len(text) // 2 :]))


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "zstd in two frames": many_frames,
    "with a byte-order mark": lambda text: b"\xef\xbb\xbf" + text,
    "lines of Windows": lambda text: text.replace(b"\n", b"\r\n"),
    "empty lines": lambda text: text.replace(b"\n", b"\n\n \n"),
    "gzip with a mark": lambda text: gzip.compress(b"\xef\xbb\xbf" + text),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("run", [RUN, load_run(rounds=2)], ids=["run", "load"])
def test_every_form_is_read_under_any_name(tmp_path: Path, form: str, run: Run | LoadRun) -> None:
    """The first bytes say what it is, not the name."""
    path = tmp_path / "some.txt"
    path.write_bytes(FORMS[form](b"\n".join([*lines_of(run), b""])))
    assert read_any(path) == run


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Return what puts bytes into standard input."""
    kept = os.dup(0)

    def pipe(content: bytes) -> None:
        reading_end, writing_end = os.pipe()
        os.write(writing_end, content)
        os.close(writing_end)
        os.dup2(reading_end, 0)
        os.close(reading_end)
        monkeypatch.setattr(sys, "stdin", io.StringIO())

    yield pipe
    os.dup2(kept, 0)
    os.close(kept)


def test_standard_input_is_read_compressed_too(piped: Callable[[bytes], None]) -> None:
    """Messages call it by its name."""
    for text in (TEXT, gzip.compress(TEXT)):
        piped(text)
        assert read_any(Path("-")) == RUN
    piped(b"hello\n")
    with pytest.raises(StoreError, match=r"^standard input, line 1, is no line of a result file: "):
        read_any(Path("-"))


def test_closed_standard_input_gets_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `<&-`."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(StoreError, match="can't read standard input: it is closed"):
        read_any(Path("-"))


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd in two frames"])
def test_compressed_data_that_ends_too_early_is_read_as_far_as_it_goes(tmp_path: Path, form: str) -> None:
    """As a file that was cut off is: the run has no closing line then."""
    path, whole = tmp_path / "cut", FORMS[form](TEXT)
    path.write_bytes(whole[: len(whole) - 30])
    found = read_any(path)
    assert found.closing is None
    assert found.rounds == RUN.rounds[: len(found.rounds)]


BROKEN = {
    "gzip": gzip.compress(TEXT)[:-8] + b"12345678",
    "zstd": zstandard.compress(TEXT)[:6] + b"xxxxxxxxxxxxx" + zstandard.compress(TEXT)[19:],
    "more behind gzip": gzip.compress(TEXT) + b"hello",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_compressed_data_gets_one_line(tmp_path: Path, kind: str) -> None:
    """The line names the file."""
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(BROKEN[kind])
    with pytest.raises(
        StoreError, match=r"^can't read .*x.jsonl.gz: its compressed data is broken: "
    ) as caught:
        read_any(path)
    assert "\n" not in str(caught.value)


def test_without_the_package_for_zstd_the_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.14 has it built in."""
    path = tmp_path / "x.jsonl.zst"
    path.write_bytes(zstandard.compress(TEXT))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setattr(sys, "version_info", (3, 13))
    with pytest.raises(StoreError, match=r"Python 3.14, or: pip install 'wsbench\[zstd\]'$"):
        read_any(path)


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_a_bomb_is_not_read_to_its_end(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one endless line nor endlessly many empty ones fill the memory."""
    monkeypatch.setattr(reading, "CHUNK", 1 << 12)
    monkeypatch.setattr(reading, "MOST_LINE", 1 << 16)
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    path = tmp_path / "x"
    path.write_bytes(FORMS[form](TEXT + b" " * (1 << 17)))
    with pytest.raises(StoreError, match="line 6 has more than 0 MiB"):
        read_any(path)
    path.write_bytes(FORMS[form](TEXT + b"\n" * (1 << 21)))
    with pytest.raises(StoreError, match=r"can't read .*x: it has more than 1 MiB"):
        read_any(path)


WRONG = {
    "it is nested too deeply": TEXT.replace(b'"seconds"', b'"new":' + b"[" * 200_000, 1),
    "Invalid value 'other'": TEXT.replace(b'"line":"round"', b'"line":"other"', 1),
    "can't decode byte 0xff": TEXT.replace(b'"seconds"', b'"sec\xffnds"', 1),
    "JSON is malformed": TEXT.replace(b'"seconds":1.0', b'"seconds":NaN', 1),
    "Number out of range": TEXT.replace(b'"seconds":1.0', b'"seconds":1e999', 1),
    "Expected `float`, got `str`": TEXT.replace(b'"seconds":1.0', b'"seconds":"1"', 1),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_is_no_line_is_named_by_its_number(tmp_path: Path, why: str) -> None:
    """In one line, whatever is quoted."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(WRONG[why])
    with pytest.raises(StoreError, match=r"x.jsonl, line 2, is no line of a result file: ") as caught:
        read_any(path)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
