"""Output files that the user names: tried before anything is measured, then replaced or written through.

A regular file is replaced: the new one is written beside it and renamed, with the mode of the old one, so
nobody ever reads half of it. One that is new has the mode that its content calls for. Devices, FIFOs, links
and files with several names are written where they are: a rename would put a regular file in their place.
`-`, and what else is standard output, is standard output.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import Literal

from .. import output
from .errors import StoreError
from .modes import ANYBODYS, OWNERS

Way = Literal["standard output", "replace", "through", "append"]

STANDARD = Path("-")
"""Stands for standard output, and for standard input where something is read."""

_tried: dict[Path, Target] = {}


class Target:
    """Where an output goes, and what was found out about it when it was tried.

    A FIFO stays open from then on: its reader takes a close for the end of the file.
    """

    def __init__(self, path: Path, way: Way) -> None:
        self.path = path
        self.way = way
        self.before: os.stat_result | None = None
        self.fifo: int | None = None

    def write(self, content: str | bytes, mode: int) -> None:
        """Write all of it; a new file gets `mode` less the umask. Raises `OSError`; no reader is none."""
        raw = content.encode() if isinstance(content, str) else content
        if self.way == "standard output":
            output.data(content)
        elif self.way == "replace":
            _replace(self.path, raw, self.before, mode)
        elif self.fifo is not None:
            os.set_blocking(self.fifo, True)
            with contextlib.suppress(BrokenPipeError), os.fdopen(self.fifo, "wb") as file:
                file.write(raw)
        else:
            rest = os.O_APPEND if self.way == "append" else os.O_TRUNC
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | rest, mode), "wb") as file:
                file.write(raw)


def try_out(path: Path, option: str, *, append: bool = False) -> None:
    """Find out whether an output can be written later; what an older run left there is removed.

    With `append` what is there stays, and is added to. Raises `StoreError` where it can't be written, or
    nobody reads a FIFO.
    """
    try:
        _tried[path] = _target(path, option, append=append)
    except OSError as problem:
        raise StoreError(f"{option}: can't write to {path}: {_why(problem)}") from None


def write_out(path: Path, content: str | bytes, *, append: bool = False, mode: int = ANYBODYS) -> None:
    """Write an output, which is tried now if it was not before; a new file gets `mode` less the umask.

    Raises `OSError` and `StoreError`.
    """
    if path not in _tried:
        try_out(path, "output", append=append)
    _tried.pop(path).write(content, mode)


def write_beside(path: Path, content: bytes) -> None:
    """Replace a file whole, or not at all, keeping its mode; a new one is its owner's. Raises `OSError`."""
    _replace(path, content, _stat(path), OWNERS)


def try_folder(folder: Path) -> None:
    """Make a folder where it is missing, and find out whether files can be made in it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    probe, handle = _beside(folder / "probe")
    os.close(handle)
    probe.unlink()


def _why(problem: OSError) -> str:
    if problem.errno == errno.ENXIO:
        return "nobody reads this FIFO; start its reader first"
    return str(problem.strerror)


def _target(path: Path, option: str, *, append: bool) -> Target:
    if not append and _is_standard_output(path):
        if taken := output.claim(option):
            raise StoreError(f"{option}: {taken} goes to standard output already; name a file")
        return Target(path, "standard output")
    found = _stat(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    target = Target(path, "append" if append else _way(path, found))
    if found and stat.S_ISFIFO(found.st_mode):
        target.fifo = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    elif target.way == "replace":
        _try_replacing(target, found)
    elif found:
        _try_through(target)
    else:  # to be added to, or a link to a file that is not there yet
        try_folder(path.resolve().parent)
    return target


def _is_standard_output(path: Path) -> bool:
    """Whether a path is `-`, or /dev/stdout and the like: opened again, what was printed would be cut off."""
    if path == STANDARD:
        return True
    with contextlib.suppress(OSError):
        found = path.stat()
        return not stat.S_ISCHR(found.st_mode) and os.path.samestat(found, os.fstat(1))
    return False


def _stat(path: Path) -> os.stat_result | None:
    with contextlib.suppress(FileNotFoundError):
        return path.stat()
    return None


def _way(path: Path, found: os.stat_result | None) -> Way:
    plain = found is None or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1)
    return "replace" if plain and not path.is_symlink() else "through"


def _try_replacing(target: Target, found: os.stat_result | None) -> None:
    """Remove an older file, or find that it has to be written where it is, in a folder closed to us."""
    path, target.before = target.path, found
    if found and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        try_folder(path.parent)
        path.unlink(missing_ok=True)
    except OSError:
        if not found:
            raise
        target.way = "through"
        _try_through(target)


def _try_through(target: Target) -> None:
    """Open it as it will be opened, without waiting for anybody; an older text goes if it is not added to."""
    append = target.way == "append"
    handle = os.open(target.path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | (os.O_APPEND if append else 0))
    try:
        if not append and stat.S_ISREG(os.fstat(handle).st_mode):
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _replace(path: Path, content: bytes, before: os.stat_result | None, mode: int) -> None:
    beside, handle = _beside(path, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before:
            with contextlib.suppress(PermissionError):
                os.chown(beside, before.st_uid, before.st_gid)
            beside.chmod(stat.S_IMODE(before.st_mode))
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _beside(path: Path, mode: int = OWNERS) -> tuple[Path, int]:
    """Return a new file in the folder of another, open for writing, with a mode less the umask."""
    for _ in range(100):
        beside = path.parent / f".{path.name[:100]}.{os.urandom(4).hex()}.tmp"
        with contextlib.suppress(FileExistsError):
            return beside, os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
