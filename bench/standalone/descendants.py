"""All processes that descend from one: found in /proc, also where they have left its group, and ended.

A plain file beside server.py, which loads it by path; drivers import it. On Linux a *keeper* is who starts a
command of the user's: whoever of its descendants loses its parent becomes the keeper's child, so that all of
them stand below it until they end. Elsewhere there is the process group and nothing more.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
KEEPER = "wsbench-keeper"
"""What a keeper is called in /proc/<pid>/comm, by which others know it: it does none of the work."""

GRACE_S, END_S = 0.2, 5.0
"""How long a command gets to end by itself, and all that descend from it to end once they are killed.

The first is for what is elsewhere: the client of a container engine hands the signal on. Of those that are
killed one may hang in the kernel.
"""

_ending = threading.Lock()


def become_keeper() -> None:
    """Have every orphan among our descendants become a child of this process, where the platform can."""
    adopt_orphans()
    if sys.platform == "linux":
        with contextlib.suppress(OSError), open("/proc/self/comm", "w") as comm:  # noqa: PTH123
            comm.write(KEEPER)


def adopt_orphans() -> None:
    """Have every orphan among our descendants become a child of this process, which serves all the same."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_keeper(pid: int) -> bool:
    """Whether a process is there to start others and to end them."""
    try:
        with open(f"/proc/{pid}/comm") as comm:  # noqa: PTH123
            return comm.read().strip() == KEEPER
    except OSError:
        return False


def parent_of(pid: int) -> int | None:
    """Return the parent of a process, None where it is gone (proc_pid_stat(5): ppid)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
            return int(stat.read().rpartition(b")")[2].split()[1])
    except OSError:
        return None


class Descendants:
    """The processes below one, those included that have ended and that nobody has buried.

    Each look reads of the processes of the machine only those that are new. Who is no descendant never
    becomes one: an orphan goes to a keeper above it.
    """

    def __init__(self, root: int) -> None:
        self.root = root
        self.pids: list[int] = []
        self._others: set[int] = set()

    def look(self) -> list[int]:
        """Return them as they are now, parents first; none where there is no /proc."""
        try:
            there = {int(name) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208  # names alone
        except OSError:
            return []
        self._others &= there
        self.pids = [pid for pid in self.pids if pid in there]
        parents = {pid: parent_of(pid) for pid in there.difference(self._others, self.pids)}
        while more := [pid for pid, parent in parents.items() if parent in {self.root, *self.pids}]:
            self.pids += more
            for pid in more:
                del parents[pid]
        # where the parent has gone meanwhile, only the next look will tell whose the orphan is
        self._others |= {pid for pid, parent in parents.items() if parent in there or parent == 0}
        return self.pids


def workers(root: int) -> int:
    """Return how many of its descendants share the work: those that hold a socket and have no children."""
    pids = Descendants(root).look()
    parents = {parent_of(pid) for pid in pids}
    return max(1, sum(pid not in parents and _has_socket(pid) for pid in pids))


def _has_socket(pid: int) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        return any(os.readlink(f"{folder}/{fd}").startswith("socket:") for fd in os.listdir(folder))  # noqa: PTH115, PTH208
    except OSError:  # it is gone, closed one meanwhile, or is somebody else's
        return False


def answer(line: str) -> dict[str, int]:
    """Answer what is asked about the descendants of this process."""
    return {"count": workers(os.getpid())} if line == "workers" else {}


def _bury() -> bool:
    """Take leave of the children that have ended; return whether any is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _kill_all() -> None:
    """Ask our children to end, then kill the descendants of this process until none is left.

    While one lives, this process has a child: that is how the kernel tells that all have gone.
    """
    below, begun = Descendants(os.getpid()), time.monotonic()
    for pid in below.look():
        if parent_of(pid) == os.getpid():  # those further below are its own business: it may replace them
            _send(pid, signal.SIGTERM)
    while (left := _bury()) and time.monotonic() - begun < GRACE_S:
        time.sleep(0.002)
    while left and time.monotonic() - begun < END_S:
        pids = below.look()
        if not pids:  # no /proc: the group is ended by whoever waits for us
            return
        for pid in pids:
            _send(pid, signal.SIGKILL)
        time.sleep(0.001)
        left = _bury()


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or of root's, as sudo starts it
        os.kill(pid, number)


def end_all() -> None:
    """End every descendant of this process."""
    with _ending:
        _kill_all()


def end_group_and_strays() -> None:
    """End the process group, this process included, and first whoever has left it; nobody is asked to."""
    below = Descendants(os.getpid())
    if sys.platform == "linux" and _has_children():
        deadline = time.monotonic() + GRACE_S
        while (pids := below.look()) and _bury() and time.monotonic() < deadline:
            for pid in pids:
                _send(pid, signal.SIGKILL)
            time.sleep(0.001)
    os.killpg(0, signal.SIGKILL)


def _has_children() -> bool:
    """Whether this process has any: most servers have none, and the names in /proc need not be read."""
    tasks = "/proc/self/task"
    for task in os.listdir(tasks):  # noqa: PTH208  # names alone
        try:
            with open(f"{tasks}/{task}/children") as children:  # noqa: PTH123
                if children.read():
                    return True
        except OSError:  # that thread has ended, or the kernel has no such file
            continue
    return False


def end_with_all() -> None:
    """End every descendant of this process, then its group, itself included; no other thread gets ahead."""
    _ending.acquire()
    _kill_all()
    os.killpg(0, signal.SIGKILL)
