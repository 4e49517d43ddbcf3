"""Result files: one JSON line after the other, each on the disk before the next is measured."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from .. import failures, output
from ..records.common import Closing
from ..records.count import CountHeader, CountRound, CountRun
from ..records.load import LoadRound, LoadRun, LoadStep, Step, run_of_lines
from ..records.run import Header, Round, Run
from .checking import AnyHead, misplaced, problem_of
from .errors import StoreError as StoreError  # noqa: PLC0414  # what reading and writing raise
from .modes import mode_for
from .reading import AnyLine, Member, Text, decoded, name_of, short, texts_of
from .writing import STANDARD, try_folder, write_beside


class Store:
    """Appends the lines of one run to its file, `<UTC time>-<label>.jsonl` in a folder; `-`: standard output.

    A second run of the same second and label gets `-2` behind it. A target of the user's makes it its
    owner's alone. The file is made with the first round, or the first step of one: of a run that never began
    nothing is left.
    """

    def __init__(self, folder: Path, header: AnyHead) -> None:
        """Make the folder, and find out whether files can be made in it. Raises `OSError`, `StoreError`."""
        self.header = header
        self.folder = folder
        self.begun = False
        self._file: tuple[Path, BinaryIO] | None = None
        self.earlier: tuple[Path, Run | LoadRun] | None = None
        if folder != STANDARD:
            try_folder(folder)
        elif taken := output.claim("--out"):
            raise StoreError(f"--out: {taken} goes to standard output already; name a folder")

    @classmethod
    def going_on(cls, path: Path, run: Run | LoadRun) -> Self:
        """Return the store of a run that is resumed: its file, as it is until the next line comes."""
        store = cls(path.parent, run.header)
        store.earlier = path, run
        return store

    @property
    def path(self) -> Path | None:
        """The file, None as long as there is none."""
        return self._file[0] if self._file else None

    def append(self, line: AnyLine) -> None:
        """Write one line and wait until it is on the disk. Raises `OSError` that names the file."""
        if not self.begun and self.earlier:
            self._go_on(*self.earlier, line)
        if not self.begun:
            if isinstance(line, Closing):
                return  # nothing was measured; why is told
            self._begin(line)
        else:
            self._write(line)
        if isinstance(line, Closing) and self._file:
            self._file[1].close()

    def _go_on(self, path: Path, run: Run | LoadRun, line: AnyLine) -> None:
        """Leave nothing in the file but its header and its rounds, and go on behind them.

        Steps of a round that never ended go when something was measured in their place.
        """
        kept = run.lines if isinstance(run, LoadRun) and isinstance(line, Closing) else run.rounds
        write_beside(path, b"".join(msgspec.json.encode(one) + b"\n" for one in (self.header, *kept)))
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
                return path, open(path, "xb", opener=self._opened)
            except FileExistsError:
                continue
        raise AssertionError("there is always one more number")

    def _opened(self, path: str, flags: int) -> int:
        return os.open(path, flags, mode_for(self.header.plan))

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
    """Read the result file of servers measured side by side. Raises `StoreError`, for any other's too."""
    run = read_any(path)
    if isinstance(run, Run):
        return run
    kind = "a load run" if isinstance(run, LoadRun) else "counts"
    raise StoreError(f"{path} is of {kind}, not of servers side by side: wsbench report {path}")


def read_any(path: Path | Member) -> Run | LoadRun | CountRun:
    """Read a result file; a last line that was cut off in the middle is left out.

    Raises `StoreError`, which names the line, for whatever no run can have written.
    """
    texts = texts_of(path)
    first = next(texts, None)
    header = decoded(first, first=True) if first else None
    if first is None or not isinstance(header, AnyHead):
        raise StoreError(f"{name_of(path)} is no result file: it does not begin with a header")
    _require(first, problem_of(header, header))
    lines, closing = _rest(texts, header)
    if isinstance(header, CountHeader):
        return CountRun(header, tuple(one for one in lines if isinstance(one, CountRound)), closing)
    if isinstance(header, Header):
        return Run(header, tuple(one for one in lines if isinstance(one, Round)), closing)
    return run_of_lines(header, [one for one in lines if isinstance(one, LoadRound | LoadStep)], closing)


def read_timed(path: Path) -> Run | LoadRun:
    """Read the result file of a run or a load run. Raises `StoreError`, for counts too."""
    run = read_any(path)
    if isinstance(run, CountRun):
        raise StoreError(f"{path} is of counts, and nothing in it was timed: wsbench report {path}")
    return run


def _rest(texts: Iterator[Text], header: AnyHead) -> tuple[list[AnyLine], Closing | None]:
    """Return the lines of rounds and of steps, and the closing line. Raises `StoreError`."""
    lines, rounds, steps = list[AnyLine](), 0, list[Step]()
    closing = None
    for text in texts:
        _require(text, "it comes after the closing line; two runs need two files" if closing else "")
        try:
            line = decoded(text)
        except StoreError:
            if text.whole:
                raise
            break  # the plug was pulled while it was written
        _require(text, misplaced(line, header, rounds, steps) or problem_of(line, header))
        match line:
            case Closing():
                closing = line
                continue
            case LoadStep():
                steps.append(line.step)
            case _:
                rounds, steps = rounds + 1, []
        lines.append(line)
    return lines, closing


def _require(text: Text, problem: str) -> None:
    if problem:
        raise StoreError(f"{text.file}, line {text.number}: {short(problem)}")
