"""What a run's processes take while it lasts, and what is left when it is over."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

EVERY_S = 0.02
PAGE = os.sysconf("SC_PAGE_SIZE")
SERVERS = "standalone/server.py"
"""Command lines with this are those of servers and spinners, whose memory is their own affair."""

SHARED = Path("/dev/shm")  # noqa: S108  # the place is what is looked at
GONE_S = 3.0
"""How long processes get to vanish once wsbench has ended: the kernel takes a moment for each."""


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it is gone
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, _read(file).split())
    return found


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:  # it is gone
        return ""


def tree(pid: int) -> Iterator[int]:
    """Yield a process and those below it whose memory counts: all but servers and what these have started."""
    if SERVERS in _read(Path(f"/proc/{pid}/cmdline")):
        return
    yield pid
    for child in _children(pid):
        yield from tree(child)


def resident(pid: int) -> int:
    """Return the bytes that a process has in memory; 0 where it is gone."""
    words = _read(Path(f"/proc/{pid}/statm")).split()
    return int(words[1]) * PAGE if words else 0


class Watch(threading.Thread):
    """Follows the memory of wsbench and its drivers; `peak` is the most they have taken at once, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.over = threading.Event()
        self.start()

    def run(self) -> None:
        """Look every 20 ms."""
        while not self.over.wait(EVERY_S):
            self.peak = max(self.peak, sum(map(resident, tree(self.pid))))

    def stop(self) -> None:
        """Look no more."""
        self.over.set()
        self.join()


def marked(mark: str) -> dict[int, str]:
    """Return the processes with a variable in their environment, and their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if mark in _read(folder / "environ"):
            state = _read(folder / "stat").rpartition(")")[2].split()
            if state and state[0] != "Z":
                found[int(folder.name)] = _read(folder / "cmdline").replace("\0", " ").strip()
    return found


def survivors(mark: str) -> list[str]:
    """Return the command lines of marked processes that do not vanish, and end them."""
    deadline = time.monotonic() + GONE_S
    while (found := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return [f"process {_short(words)}" for words in found.values()]


def _short(words: str) -> str:
    """Return what tells a command line from others."""
    return next((one.rpartition("/")[2] for one in words.split() if one.endswith(".py")), words[:40])


def shared() -> set[str]:
    """Return the names in /dev/shm."""
    return set(os.listdir(SHARED)) if SHARED.exists() else set()  # noqa: PTH208  # names alone


def orphaned(names: set[str]) -> list[str]:
    """Return those of some names in /dev/shm that no process uses: the others belong to other programs."""
    inodes = {}
    for name in names:
        with contextlib.suppress(OSError):  # it is gone
            inodes[f" {(SHARED / name).stat().st_ino} "] = name
    for maps in Path("/proc").glob("[0-9]*/maps") if inodes else ():
        text = _read(maps)  # semaphores are mapped under the name that they had before they were whole
        inodes = {inode: name for inode, name in inodes.items() if inode not in text}
    return sorted(inodes.values())
