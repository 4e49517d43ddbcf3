"""What every call of the library has around it: nothing is printed, and no process is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .. import output
from ..cli.interrupts import one_interrupt
from ..environments.plugins import register
from ..errors import UsageError
from ..hiding import hide
from ..storage.writing import STANDARD
from ..targets.told_command import told_word


@contextmanager
def quietly(servers: Sequence[str] = ()) -> Iterator[list[str]]:
    """Keep what would be told inside in a list, and secrets of servers out of it; yields the list."""
    told: list[str] = []
    for word in servers:
        hide(*told_word(word).secrets)
    with output.told_to(told.append), one_interrupt():
        told += register()
        yield told


def folder_of(out: str | Path | None) -> Path | None:
    """Return the folder for result files, None where nothing is to be stored. Raises `UsageError`."""
    if out is not None and Path(out) == STANDARD:
        raise UsageError("out='-' is for the command line: name a folder, or leave it out")
    return None if out is None else Path(out)


def require_whole(*interrupted: bool) -> None:
    """Raise `KeyboardInterrupt` where somebody pressed Ctrl-C; all processes have ended."""
    if any(interrupted):
        raise KeyboardInterrupt
