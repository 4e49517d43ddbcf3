"""Result files line by line: plain or compressed, from a file or from standard input."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, NamedTuple, cast
from zipfile import BadZipFile, ZipExtFile, ZipFile

import msgspec

from ..records.common import OLDEST, SCHEMA
from ..records.count import CountHeader, CountRound
from ..records.load import LoadHeader, LoadRound, LoadStep
from ..records.run import Line
from .errors import StoreError
from .writing import STANDARD

MOST_BYTES = 1 << 30
"""So many bytes a result file may have once it is decompressed: far more than the longest run leaves."""

MOST_LINE = 1 << 26
"""And a line of it so many: rounds of hundreds of cells have a few million."""

CHUNK = 1 << 20
LONGEST = 400
"""In characters: what is quoted of a file may have many."""

GZIP, ZSTD, BOM = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"

AnyLine = Line | LoadHeader | LoadRound | LoadStep | CountHeader | CountRound
"""A line of a run's file, of a load run's, or of a run of counts."""

Read = Callable[[int], bytes]
"""Returns some bytes, at most so many, none at the end."""

_DECODER = msgspec.json.Decoder(AnyLine)


class Member(NamedTuple):
    """A result file inside a zip archive, as CI systems hand out what a job left."""

    archive: Path
    name: str

    def __str__(self) -> str:
        """Read like `artifacts.zip/20260102T030405Z-run.jsonl`."""
        return f"{self.archive}/{self.name}"


class Text(NamedTuple):
    """One line of a file: the file's name, its number from 1, its bytes, and whether a line end came."""

    file: str
    number: int
    text: bytes
    whole: bool


def name_of(path: Path | Member) -> str:
    """Return what a file is called in messages."""
    return "standard input" if path == STANDARD else str(path)


def texts_of(path: Path | Member) -> Iterator[Text]:
    """Yield the lines of a file that are not empty.

    Compressed data that ends too early is read as far as it goes, as a file that was cut off. Raises
    `StoreError`.
    """
    name = name_of(path)
    try:
        with ExitStack() as stack:
            yield from _lines(name, _opened(name, path, stack))
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise StoreError(f"can't read {name}: its compressed data is broken: {problem}") from None
    except OSError as problem:
        raise StoreError(f"can't read {name}: {problem.strerror or problem}") from None
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError) as problem:  # encrypted ones, too
        raise StoreError(f"can't read {name}: its archive is broken: {problem}") from None
    except Exception as problem:
        if type(problem).__name__ != "ZstdError":  # there are two modules that it may come from
            raise
        raise StoreError(f"can't read {name}: its compressed data is broken: {problem}") from None


def _opened(name: str, path: Path | Member, stack: ExitStack) -> Read:
    """Return what reads the decompressed content; what the content is, its first bytes say."""
    if path == STANDARD and sys.stdin is None:
        raise StoreError("can't read standard input: it is closed")
    file: BufferedReader[FileIO] | ZipExtFile
    if isinstance(path, Member):
        archive = stack.enter_context(ZipFile(path.archive))
        opened = stack.enter_context(archive.open(path.name))
        assert isinstance(opened, ZipExtFile)
        file = opened
    else:
        file = BufferedReader(FileIO(0, closefd=False) if path == STANDARD else FileIO(path))
        stack.push(file)
    head = file.peek(len(ZSTD))
    if head.startswith(GZIP):
        return stack.enter_context(gzip.GzipFile(fileobj=file)).read1
    return _zstd(name, file) if head.startswith(ZSTD) else file.read1


def _zstd(name: str, file: BufferedReader[FileIO] | ZipExtFile) -> Read:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdFile

        return ZstdFile(file).read1
    try:
        from zstandard import ZstdDecompressor
    except ImportError:
        what = "files of zstd need Python 3.14, or: pip install 'wsbench[zstd]'"
        raise StoreError(f"can't read {name}: {what}") from None
    source: Any = file  # a member of an archive is a file as well
    return cast("Read", ZstdDecompressor().stream_reader(source, read_across_frames=True).read1)


def _chunks(name: str, read: Read) -> Iterator[bytes]:
    """Yield the content in pieces, at least one."""
    total, first = 0, True
    while True:
        try:
            chunk = read(CHUNK)
        except EOFError:  # the end of compressed data that was cut off
            chunk = b""
        total += len(chunk)
        if total > MOST_BYTES:
            raise StoreError(f"can't read {name}: it has more than {MOST_BYTES >> 20:,} MiB")
        yield chunk.removeprefix(BOM) if first else chunk
        if not chunk:
            return
        first = False


def _lines(name: str, read: Read) -> Iterator[Text]:
    number, held = 1, b""
    for chunk in _chunks(name, read):
        *whole, held = (held + chunk).split(b"\n")
        for text in whole:
            if text.strip():
                yield Text(name, number, text, whole=True)
            number += 1
        if len(held) > MOST_LINE:
            raise StoreError(f"can't read {name}: line {number} has more than {MOST_LINE >> 20} MiB")
    if held.strip():
        yield Text(name, number, held, whole=False)


class _Schema(msgspec.Struct):
    schema: int


def decoded(text: Text, *, first: bool = False) -> AnyLine:
    """Return what a line says. Raises `StoreError`, of the `first` one for another schema, too."""
    try:
        text.text.decode()  # fields that we don't know are skipped unseen
        if first:
            _require_schema(text)
        line: AnyLine = _DECODER.decode(text.text)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        why = str(problem)
    except RecursionError:
        why = "it is nested too deeply"
    else:
        return line
    raise StoreError(f"{text.file}, line {text.number}, is no line of a result file: {short(why)}")


def short(text: str) -> str:
    """Return a text, which may quote a file, as one line of bearable length."""
    return " ".join(text.split())[:LONGEST]


def _require_schema(text: Text) -> None:
    """Look at the schema alone: the lines of another one can't be decoded."""
    try:
        found = msgspec.json.decode(text.text, type=_Schema).schema
    except msgspec.ValidationError:
        return  # it is no header either, and what it is will be said
    if not OLDEST <= found <= SCHEMA:
        raise StoreError(f"{text.file} has schema {found}; this wsbench reads schemas {OLDEST} to {SCHEMA}")
