"""Waiting until a server sleeps: all threads of its process and of those that descend from it.

A count is of whole messages only where nothing of one is left to do when the next one comes. Without that
tornado's instructions varied by 9 %: what it does after a reply it did at times together with the next one.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from ..standalone.descendants import Descendants
from .errors import CountError

PAUSE_S = 0.0002
"""The time between two looks, about as short as a process takes to fall asleep."""

LONGER = 1 / 3
"""Who works for longer is looked at less often: the pause as a share of the time waited so far."""

ASLEEP = frozenset("SZXx")
"""States of a thread that does nothing: asleep, or over (proc_pid_stat(5))."""

_STATUS = re.compile(rb"Name:\t(.*)\n(?:.*\n)*?State:\t(.)(?:.*\n)*?voluntary_ctxt_switches:\t(\d+)")


class Thread(NamedTuple):
    """A thread as the kernel sees it: its name, its state, and how often it went to sleep by itself."""

    name: str
    state: str
    switches: int


Threads = dict[str, Thread]
"""All threads, by their folder in /proc."""


def threads_of(pids: list[int]) -> Threads:
    """Return the threads of some processes; those that end meanwhile are left out."""
    found: Threads = {}
    for pid in pids:
        try:
            names = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  # names alone
        except OSError:
            continue
        for name in names:
            path = f"/proc/{pid}/task/{name}"
            try:
                with open(f"{path}/status", "rb", buffering=0) as file:  # noqa: PTH123  # read for each message
                    read = _STATUS.search(file.read())
            except OSError:
                continue
            if read:
                found[path] = Thread(read[1].decode(errors="replace"), read[2].decode(), int(read[3]))
    return found


class Rest:
    """Waits for the process `root` and all that descend from it to sleep."""

    def __init__(self, root: int, look: Callable[[list[int]], Threads] = threads_of) -> None:
        self._below = Descendants(root)
        self._look = look
        self.pids = [root]

    def refresh(self) -> None:
        """Find the processes anew; that takes longer than to look at their threads."""
        self.pids = [self._below.root, *self._below.look()]

    def wait(self, timeout: float) -> Threads:
        """Return the threads once all of them sleep. Raises `CountError` where that takes over `timeout` s.

        One look at many threads is no moment. That nobody ran between two looks is sure where all slept in
        both and nobody has gone to sleep once more.
        """
        begun = time.monotonic()
        before: Threads | None = None
        while True:
            now = self._look(self.pids)
            awake = [one for one in now.values() if one.state not in ASLEEP]
            if not awake and now == before:
                return now
            waited = time.monotonic() - begun
            if waited > timeout:
                who = awake[0].name if awake else "one after the other"
                raise CountError(
                    f"it never rests: {timeout:g} s after the last message a thread runs ({who})"
                )
            before = None if awake else now
            if awake:
                time.sleep(max(PAUSE_S, LONGER * waited))
