"""Folders with keys of TLS: gone when their run ends, and if that was killed, when the next one begins.

Who owns a folder holds a lock on it, which the kernel releases however that process ends, and which no other
process has that got its number since. So a folder without a lock is nobody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "wsbench-tls-"
FILES = frozenset({"authority.pem", "chain.pem", "key.pem"})
"""All that a folder of ours holds."""


@contextlib.contextmanager
def key_folder() -> Iterator[Path]:
    """Make a folder that only its user may enter; it is gone afterwards."""
    folder, lock = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep() -> None:
    """Remove what killed runs of this user have left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # it is gone, or another one sweeps
            if _is_ours(folder):
                _remove_unlocked(folder)


def _made() -> tuple[Path, int]:
    """Return a new folder and its lock; who sweeps may have found it before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            with contextlib.suppress(OSError):  # a file system without locks: nobody sweeps there either
                _lock(lock, wait=True)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder that `key_folder` made for this user, and nothing but that."""
    found = folder.lstat()
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    names = {one.name for one in folder.iterdir()} if mine else {"somebody else's"}
    return stat.S_IMODE(found.st_mode) == stat.S_IRWXU and names <= FILES


def _remove_unlocked(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _lock(lock, wait=False)
        shutil.rmtree(folder)
    finally:
        os.close(lock)


def _lock(handle: int, *, wait: bool) -> None:
    """Lock a folder. Raises `OSError` where somebody has, unless that is waited for."""
    import fcntl  # Unix has it

    fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
