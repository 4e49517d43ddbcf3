"""What memory the processes of a server have in use, once they have come to rest."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .processes import Processes

GLANCE_S, CALM = 0.1, 3
"""Memory is read so often, and has come to rest when so many looks in a row found the same."""
PATIENCE_S = 2.0
"""How long that is waited for: a collection comes when it likes, and a server may tidy up for ever."""


def resident_of(pid: int) -> int | None:
    """Return the resident bytes of a server, None where that can't be known: it is gone, or no Linux.

    Of a command it is the sum over its processes, in which what they share counts for each of them.
    """
    found = [size for one in Processes(pid).pids if (size := _resident(one)) is not None]
    return sum(found) if found else None


def _resident(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def threads_of(pid: int) -> int:
    """Return how many threads a server has in all its processes, 0 where that can't be known."""
    return sum(map(_threads, Processes(pid).pids))


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208  # names alone
    except OSError:
        return 0


def settled_bytes(pid: int) -> int | None:
    """Wait until memory and threads of a server no longer change, and return its resident bytes."""
    deadline = time.monotonic() + PATIENCE_S
    seen = [(resident_of(pid), threads_of(pid))]
    while time.monotonic() < deadline and (len(seen) < CALM or len(set(seen[-CALM:])) > 1):
        time.sleep(GLANCE_S)
        seen.append((resident_of(pid), threads_of(pid)))
    return seen[-1][0]
