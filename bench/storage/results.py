"""Result files: one JSON line after the other, each on the disk before the next is measured."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from .. import failures, output
from ..records.common import Closing
from ..records.load import LoadHeader, LoadRound, LoadRun
from ..records.run import Header, Round, Run
from .checking import misplaced, problem_of
from .errors import StoreError as StoreError  # noqa: PLC0414  # what reading and writing raise
from .reading import AnyLine, Text, decoded, name_of, short, texts_of
from .writing import STANDARD, try_folder, write_beside


class Store:
    """Appends the lines of one run to its file, `<UTC time>-<label>.jsonl` in a folder; `-`: standard output.

    A second run of the same second and label gets `-2` behind it. The file is made with the first round: of
    a run that never began nothing is left.
    """

    def __init__(self, folder: Path, header: Header | LoadHeader) -> None:
        """Make the folder, and find out whether files can be made in it. Raises `OSError`, `StoreError`."""
        self.header = header
        self.folder = folder
        self.begun = False
        self._file: tuple[Path, BinaryIO] | None = None
        self.earlier: tuple[Path, Sequence[Round | LoadRound]] | None = None
        if folder != STANDARD:
            try_folder(folder)
        elif taken := output.claim("--out"):
            raise StoreError(f"--out: {taken} goes to standard output already; name a folder")

    @classmethod
    def going_on(cls, path: Path, run: Run | LoadRun) -> Self:
        """Return the store of a run that is resumed: its file, as it is until the next line comes."""
        store = cls(path.parent, run.header)
        store.earlier = path, run.rounds
        return store

    @property
    def path(self) -> Path | None:
        """The file, None as long as there is none."""
        return self._file[0] if self._file else None

    def append(self, line: AnyLine) -> None:
        """Write one line and wait until it is on the disk. Raises `OSError` that names the file."""
        if not self.begun and self.earlier:
            self._go_on(*self.earlier)
        if not self.begun:
            if isinstance(line, Closing):
                return  # nothing was measured; why is told
            self._begin(line)
        else:
            self._write(line)
        if isinstance(line, Closing) and self._file:
            self._file[1].close()

    def _go_on(self, path: Path, rounds: Sequence[Round | LoadRound]) -> None:
        """Leave nothing in the file but its header and its rounds, and go on behind them."""
        lines = [msgspec.json.encode(one) + b"\n" for one in (self.header, *rounds)]
        write_beside(path, b"".join(lines))
        self.begun, self._file = True, (path, path.open("ab"))
        failures.saved(str(path))

    def _begin(self, line: AnyLine) -> None:
        """Make the file with its first two lines; it goes again where there is no room for them."""
        self.begun = True
        if self.folder == STANDARD:
            self._write(self.header)
            self._write(line)
            return
        self._file = path, _ = self._made()
        try:
            self._write(self.header)
            self._write(line)
        except OSError:
            path.unlink()
            raise
        failures.saved(str(path))

    def _made(self) -> tuple[Path, BinaryIO]:
        """Make a file that nobody else has, however many runs begin in one second."""
        label = re.sub(r"[^\w.+-]+", "-", self.header.label) or "run"
        time = re.sub(r"[^0-9TZ]", "", self.header.started.partition("+")[0])
        for n in itertools.count(1):
            path = self.folder / f"{time}Z-{label}{'' if n == 1 else f'-{n}'}.jsonl"
            try:
                return path, path.open("xb")
            except FileExistsError:
                continue
        raise AssertionError("there is always one more number")

    def _write(self, line: AnyLine) -> None:
        text = msgspec.json.encode(line) + b"\n"
        if not self._file:
            output.data(text.decode())
            return
        path, file = self._file
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        except OSError as problem:
            raise OSError(problem.errno, problem.strerror, str(path)) from None


def read_run(path: Path) -> Run:
    """Read the result file of servers measured side by side. Raises `StoreError`, for a load run's too."""
    run = read_any(path)
    if isinstance(run, LoadRun):
        raise StoreError(f"{path} is of a load run, not of servers side by side: wsbench report {path}")
    return run


def read_any(path: Path) -> Run | LoadRun:
    """Read a result file; a last line that was cut off in the middle is left out.

    Raises `StoreError`, which names the line, for whatever no run can have written.
    """
    texts = texts_of(path)
    first = next(texts, None)
    header = decoded(first, first=True) if first else None
    if first is None or not isinstance(header, Header | LoadHeader):
        raise StoreError(f"{name_of(path)} is no result file: it does not begin with a header")
    _require(first, problem_of(header, header))
    rounds, closing = _rest(texts, header)
    if isinstance(header, Header):
        return Run(header, tuple(one for one in rounds if isinstance(one, Round)), closing)
    return LoadRun(header, tuple(one for one in rounds if isinstance(one, LoadRound)), closing)


def _rest(texts: Iterator[Text], header: Header | LoadHeader) -> tuple[list[AnyLine], Closing | None]:
    """Return the rounds and the closing line. Raises `StoreError`."""
    rounds: list[AnyLine] = []
    closing = None
    for text in texts:
        _require(text, "it comes after the closing line; two runs need two files" if closing else "")
        try:
            line = decoded(text)
        except StoreError:
            if text.whole:
                raise
            break  # the plug was pulled while it was written
        _require(text, misplaced(line, header, len(rounds)) or problem_of(line, header))
        if isinstance(line, Closing):
            closing = line
        else:
            rounds.append(line)
    return rounds, closing


def _require(text: Text, problem: str) -> None:
    if problem:
        raise StoreError(f"{text.file}, line {text.number}: {short(problem)}")
