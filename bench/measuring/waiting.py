"""How wire waits for replies: it sleeps in the poller, or asks the poller again and again.

On one machine the server's `send` wakes a client that sleeps, at the server's expense: on a virtual machine
that costs more than many a framework. A client on another machine is never woken by the server, so one that
polls is nearer to it (docs/method.md).
"""

from __future__ import annotations

import select
from functools import partial
from itertools import repeat
from time import perf_counter_ns, thread_time_ns
from typing import Any, Protocol

GAP_NS = 50_000
"""Time between a poll that brought replies and the next one, with several messages in flight: as long as the
think time with one. A client that answers at once finds the server still at work on the last message, and the
server may go on with that connection while others wait (docs/method.md)."""

LOOKS = 256
"""Polls between two looks at the clock, for whether replies are overdue."""

Ready = list[tuple[int, int]]
"""File descriptors with their events, as the poller returns them."""


class Waiting(Protocol):
    """Waits for replies on a poller. `spun_ns` is the CPU time spent on asking, in all slices so far."""

    spun_ns: int

    def wait(self) -> Ready:
        """Return who has something to read. Raises `BlockingIOError` where nothing comes in time."""
        ...

    def begin(self) -> None:
        """Forget the time since the last slice."""
        ...

    def end(self) -> None:
        """Count the last wait."""
        ...


class Blocking:
    """Leaves it to the socket, whose `recv` sleeps until a reply comes."""

    spun_ns = 0

    def wait(self) -> Ready:
        """Return at once."""
        return []

    def begin(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


class Sleeping(Blocking):
    """Sleeps in the poller until replies come, for `timeout` seconds at most."""

    def __init__(self, poller: Any, timeout: float) -> None:
        self._poll = poller.poll
        self._timeout = timeout if hasattr(select, "epoll") else timeout * 1000

    def wait(self) -> Ready:
        """Sleep until somebody has something to read. Raises `BlockingIOError`."""
        ready: Ready = self._poll(self._timeout)
        if not ready:
            raise BlockingIOError
        return ready


class Polling:
    """Asks until replies come, for `timeout` seconds at most, and not before a gap of `gap_ns` has passed.

    At once it learns of `most` connections at most.

    What a wait cost is counted with the next one, so that nothing stands between a reply and its time stamp:
    of the thread's CPU time since then, what was not spent between two waits was spent waiting.
    """

    __slots__ = ("_ask", "_gap", "_returned", "_timeout", "_used", "spun_ns")

    def __init__(self, poller: Any, timeout: float, gap_ns: int = GAP_NS, most: int = 1) -> None:
        # epoll makes room for 1,023 events in each call, unless it is told how many there can be
        self._ask = partial(poller.poll, 0, most) if hasattr(select, "epoll") else partial(poller.poll, 0)
        self._timeout = round(timeout * 1e9)
        self._gap = gap_ns
        self.spun_ns = 0
        self.begin()

    def begin(self) -> None:
        """Forget the time since the last slice."""
        self._used, self._returned = thread_time_ns(), perf_counter_ns()

    def wait(self) -> Ready:
        """Poll until somebody has something to read. Raises `BlockingIOError`."""
        clock, ask = perf_counter_ns, self._ask
        used, now = thread_time_ns(), clock()
        self.spun_ns += max(0, used - self._used - (now - self._returned))
        self._used = used
        deadline, due = now + self._timeout, self._returned + self._gap
        while now < due:
            now = clock()
        while now < deadline:
            for _ in repeat(None, LOOKS):
                ready: Ready = ask()
                if ready:
                    self._returned = clock()
                    return ready
            now = clock()
        raise BlockingIOError

    def end(self) -> None:
        """Count the last wait."""
        self.spun_ns += max(0, thread_time_ns() - self._used - (perf_counter_ns() - self._returned))
