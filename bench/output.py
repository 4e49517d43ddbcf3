"""Standard output and standard error: neither a reader that leaves nor a full disk changes a verdict.

What a reader no longer wants is dropped in silence. What could not be written for another reason, such as a
full disk, is told in one line and remembered; the exit code is then 5 where it would have been 0: a report
that was lost is no success, but REGRESSED stays REGRESSED.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TextIO, cast

from . import hiding
from .escaping import terminal
from .exits import FAILED, FINE

_lost: list[str] = []
_claimed: list[str] = []
_hearer: ContextVar[Callable[[str], None] | None] = ContextVar("hearer", default=None)


class Stream:
    """Stands in front of standard output or standard error and never raises for what can't be written."""

    def __init__(self, stream: TextIO, name: str = "") -> None:
        """Take the place of `stream`; what is lost of it is told by its `name`, not at all without one."""
        self._stream = stream
        self._name = name
        self._over = False

    def write(self, text: str) -> int:
        """Write, or drop what nobody can read any more."""
        return len(text) if self._over else self._tried(lambda: self._stream.write(text))

    def write_bytes(self, content: bytes) -> None:
        """Write what is no text, or drop it as `write` does."""
        if not self._over:
            self._tried(lambda: self._stream.buffer.write(content))
            self._tried(self._stream.buffer.flush)

    def flush(self) -> None:
        """Hand over what was written."""
        if not self._over:
            self._tried(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _tried(self, step: Callable[[], int | None]) -> int:
        try:
            return step() or 0
        except OSError as problem:
            self._over = True
            _discard(self._stream)
            if self._name and not isinstance(problem, BrokenPipeError):
                lose(f"can't write to {self._name}: {problem.strerror}")
            return 0


def _discard(stream: TextIO) -> None:
    """Send what a stream still holds nowhere: Python flushes it once more when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Put a `Stream` before standard output and standard error while a command runs.

    Streams that were closed (`>&-`) lead nowhere: else the next file that is opened would take their number,
    and get what is printed.
    """
    _lost.clear()
    _claimed.clear()
    for number in range(3):
        _open(number)
    kept = sys.stdout, sys.stderr
    found = [one or _stream(number) for number, one in enumerate(kept, 1)]
    for stream in found:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # better a ? for a dash than no table
    sys.stdout = cast("TextIO", Stream(found[0], "standard output"))
    sys.stderr = cast("TextIO", Stream(found[1]))
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = kept


def _open(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        lowest = os.open(os.devnull, os.O_RDWR)  # of the numbers that are free, so this one
        os.set_inheritable(lowest, True)  # as the three are that children get


def _stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", closefd=False)  # it stays open


def write(text: str) -> None:
    """Print what a command is about; to standard error where standard output was claimed for data."""
    stream = sys.stderr if _claimed else sys.stdout
    stream.write(text)
    stream.flush()


def write_bytes(content: bytes) -> None:
    """Print what is no text, as `write` does."""
    stream = sys.stderr if _claimed else sys.stdout
    _raw(stream, content)


def _raw(stream: TextIO, content: bytes) -> None:
    stream.flush()
    if isinstance(stream, Stream):
        stream.write_bytes(content)
    else:
        stream.buffer.write(content)
        stream.buffer.flush()


def say(line: str) -> None:
    """Print a line as `write` does; what it quotes of others is shown as text, without secrets."""
    write(f"{terminal(hiding.told(line))}\n")


def tell(line: str) -> None:
    """Print one line to standard error; what it quotes of others is shown as text, without secrets."""
    text = terminal(hiding.told(line))
    if hear := _hearer.get():
        hear(text)
        return
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def told_to(hear: Callable[[str], None]) -> Iterator[None]:
    """Hand each line that is told inside, in this thread, to a function: nothing is printed."""
    token = _hearer.set(hear)
    try:
        yield
    finally:
        _hearer.reset(token)


def claim(option: str) -> str:
    """Take standard output for what an option sends there; return the option that has it already, or ""."""
    taken = next((one for one in _claimed if one != option), "")
    if not taken:
        _claimed[:] = [option]
    return taken


def data(content: str | bytes) -> None:
    """Print to the standard output that was claimed."""
    if isinstance(content, bytes):
        _raw(sys.stdout, content)
        return
    sys.stdout.write(content)
    sys.stdout.flush()


def lose(line: str) -> None:
    """Say that something could not be written, and remember it for the exit code."""
    _lost.append(line)
    tell(f"wsbench: {line}")


def code_after(code: int) -> int:
    """Return the exit code of a command: 5 where all is fine but something could not be written."""
    return FAILED if code == FINE and _lost else code
