"""Whether the processes that are counted are those that serve: a container's are children of an engine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

LISTENS = "0A"
"""The state of a listening socket (TCP_LISTEN of <net/tcp_states.h>)."""

TABLES = "/proc/net/tcp", "/proc/net/tcp6"


def listens(pids: Iterable[int], port: int) -> bool:
    """Whether one of some processes holds a socket that listens on a port; so may one of somebody else's."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    return any(not sockets.isdisjoint(_open(pid, sockets)) for pid in pids)


def _open(pid: int, sockets: set[str]) -> set[str]:
    """Return what a process has open; of somebody else's process nobody knows, so it may be any of these."""
    found, folder = set(), f"/proc/{pid}/fd"
    try:
        for fd in os.listdir(folder):  # noqa: PTH208  # names alone
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.add(os.readlink(f"{folder}/{fd}"))  # noqa: PTH115  # a name that is no path
    except PermissionError:
        return sockets
    except OSError:  # it has ended
        return set()
    return found


def _inodes(port: int) -> set[str]:
    """Return the inodes of all sockets that listen on a port (proc_pid_net(5))."""
    found = set()
    for table in TABLES:
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:  # there is no IPv6
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found
