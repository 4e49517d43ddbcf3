"""Result files: one JSON line after the other, each on the disk before the next is measured."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import msgspec

from ..records.common import SCHEMA, Closing
from ..records.load import LoadHeader, LoadRound, LoadRun
from ..records.run import Header, Line, Round, Run

AnyLine = Line | LoadHeader | LoadRound
"""A line of a run's file, or of a load run's."""


class StoreError(ValueError):
    """A result file can't be read or written; one line."""


class Store:
    """Appends the lines of one run to its file, `<UTC time>-<label>.jsonl` in a folder.

    A second run of the same second and label gets `-2` behind it.
    """

    def __init__(self, folder: Path, header: Header | LoadHeader) -> None:
        label = re.sub(r"[^\w.+-]+", "-", header.label) or "run"
        time = re.sub(r"[^0-9TZ]", "", header.started.partition("+")[0])
        folder.mkdir(parents=True, exist_ok=True)
        names = (f"{time}Z-{label}{'' if n == 1 else f'-{n}'}.jsonl" for n in itertools.count(1))
        self.path = next(folder / name for name in names if not (folder / name).exists())
        self._file = self.path.open("xb")
        self.append(header)

    def append(self, line: AnyLine) -> None:
        """Write one line and wait until it is on the disk."""
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        if isinstance(line, Closing):
            self._file.close()


def read_run(path: Path) -> Run:
    """Read the result file of servers measured side by side. Raises `StoreError`, for a load run's too."""
    run = read_any(path)
    if isinstance(run, LoadRun):
        raise StoreError(f"{path} is of a load run, not of servers side by side: wsbench report {path}")
    return run


def read_any(path: Path) -> Run | LoadRun:
    """Read a result file; a last line that was cut off in the middle is left out.

    Raises `StoreError` for a file that is none, or of another schema.
    """
    lines = _lines(path)
    header = lines[0] if lines else None
    closing = next((line for line in lines if isinstance(line, Closing)), None)
    if isinstance(header, Header):
        return Run(header, tuple(line for line in lines if isinstance(line, Round)), closing)
    if isinstance(header, LoadHeader):
        return LoadRun(header, tuple(line for line in lines if isinstance(line, LoadRound)), closing)
    raise StoreError(f"{path} is no result file: it does not begin with a header")


def _lines(path: Path) -> list[AnyLine]:
    try:
        raw = path.read_bytes().split(b"\n")
    except OSError as problem:
        raise StoreError(f"can't read {path}: {problem.strerror}") from None
    _require_schema(path, raw[0])
    decoder = msgspec.json.Decoder(AnyLine)
    lines: list[AnyLine] = []
    for number, text in enumerate(raw, 1):
        if not text:
            continue
        try:
            lines.append(decoder.decode(text))
        except msgspec.DecodeError as problem:
            if number == len(raw) and lines:
                break  # the plug was pulled while it was written
            raise StoreError(f"{path}, line {number}, is no line of a result file: {problem}") from None
    return lines


class _Schema(msgspec.Struct):
    schema: int


def _require_schema(path: Path, line: bytes) -> None:
    """Look at the schema alone: the lines of another one can't be decoded."""
    try:
        found = msgspec.json.decode(line, type=_Schema).schema
    except msgspec.DecodeError:
        return  # it is no header either, and what it is will be said
    if found != SCHEMA:
        raise StoreError(f"{path} has schema {found}; this wsbench reads schema {SCHEMA}")
