"""What memory a server's process has in use, once it has come to rest."""

from __future__ import annotations

import os
import time
from pathlib import Path

GLANCE_S, CALM = 0.1, 3
"""Memory is read so often, and has come to rest when so many looks in a row found the same."""
PATIENCE_S = 2.0
"""How long that is waited for: a collection comes when it likes, and a server may tidy up for ever."""


def resident_of(pid: int) -> int | None:
    """Return the resident bytes of a process, None where that can't be known: it is gone, or no Linux."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def threads_of(pid: int) -> int:
    """Return how many threads a process has, 0 where that can't be known."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208  # names alone
    except OSError:
        return 0


def settled_bytes(pid: int) -> int | None:
    """Wait until memory and threads of a process no longer change, and return its resident bytes."""
    deadline = time.monotonic() + PATIENCE_S
    seen = [(resident_of(pid), threads_of(pid))]
    while time.monotonic() < deadline and (len(seen) < CALM or len(set(seen[-CALM:])) > 1):
        time.sleep(GLANCE_S)
        seen.append((resident_of(pid), threads_of(pid)))
    return seen[-1][0]
