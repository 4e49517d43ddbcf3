"""The processes of a server: one, or all that a command has started."""

from __future__ import annotations

import time

from ..standalone.descendants import Descendants, is_keeper

LOOK_S = 0.2
"""How old the list of a command's processes may be: to bring it up to date reads the names in /proc."""


class Processes:
    """Those that do a server's work.

    Where the process is a keeper, they are all below it, and not itself: whoever a shell starts, workers,
    also those that have left its group. A server of ours is told by its one process.
    """

    def __init__(self, pid: int) -> None:
        self._below = Descendants(pid) if is_keeper(pid) else None
        self.pid = pid
        self.pids = [pid]
        self.look()

    @property
    def are_many(self) -> bool:
        """Whether there may be several, which come and go."""
        return self._below is not None

    def look(self) -> None:
        """Bring the list up to date."""
        if self._below:
            self.pids, self._looked = self._below.look(), time.perf_counter()

    def look_again(self) -> None:
        """Bring the list up to date where it has grown old."""
        if self._below and time.perf_counter() - self._looked > LOOK_S:
            self.look()
