"""A server's pauses while it was driven: garbage collections, and stalls of its event loop.

A plain file beside server.py, which loads it by path where a run is to be explained: standard library only.

It is not free. A collection takes 0.7 µs longer. While the server has its turn, and at no other time, its
event loop has a heartbeat every millisecond: 2 µs where the loop turns anyway, 20 µs where it sleeps and has
to be woken for it (asyncio and uvloop alike). That is 2 % of the core at most, and in the way of up to one
message in twenty. All servers of a run are watched alike, but its times are not those of a run without.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

MS = 1_000_000  # ns
BEAT_NS = MS
"""The time between two heartbeats."""

LATE_NS = MS
"""A beat later than this is a stall; up to here it may be the poll, which rounds its wait up to whole ms."""

MOST = 8_192
"""Pauses of a kind that are kept until they are asked for."""


class Spans:
    """Begins and ends in ns, the last `MOST` of them.

    One thread adds and another one takes, so a span is two numbers of a queue, and no object of its own that
    the garbage collector would have to follow.
    """

    def __init__(self) -> None:
        self._ends: deque[int] = deque(maxlen=2 * MOST)

    def add(self, begun: int, ended: int) -> None:
        """Keep one."""
        self._ends.append(begun)
        self._ends.append(ended)

    @property
    def full(self) -> bool:
        """Whether the oldest may be lost."""
        return len(self._ends) == 2 * MOST

    def take(self) -> list[tuple[int, int]]:
        """Return all, and forget them."""
        ends, found = self._ends, []
        while len(ends) > 1:
            begun = ends.popleft()
            found.append((begun, ends.popleft()))
        return found


class Watch:
    """Records the pauses of this process on the monotonic clock, which all processes of a machine share.

    `clock` is in ns. Lines come in the parent's thread, beats on the loop, collections wherever they happen.
    """

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._collections, self._stalls = Spans(), Spans()
        self._watching = False  # it is this server's turn
        self._beating = False  # a beat is on its way; only the loop's thread looks at it
        self._collecting = self._due = 0
        if hasattr(gc, "callbacks"):  # CPython's
            gc.callbacks.append(self._collected)

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run the heartbeat on this event loop, of whichever class, when it is the server's turn."""
        self._loop = loop

    def answer(self, line: str) -> dict[str, Any]:
        """Begin to watch at `watch`; at `pauses` end, and return what was found since.

        `gc` and `stalls` are pairs of begin and end; `lost` says that there were more than could be kept.
        """
        self._watching = line == "watch"
        if self._watching:
            if self._loop:
                with contextlib.suppress(RuntimeError):  # it is closed: the server has ended
                    self._loop.call_soon_threadsafe(self._begin)
            return {}
        lost = self._collections.full or self._stalls.full
        return {"gc": self._collections.take(), "stalls": self._stalls.take(), "lost": lost}

    def _collected(self, phase: str, _about: dict[str, int]) -> None:
        if phase == "start":
            self._collecting = self._clock()
        elif self._watching:
            self._collections.add(self._collecting, self._clock())

    def _begin(self) -> None:
        if not self._beating:
            self._beating = True
            self._due = self._clock()
            self._beat()

    def _beat(self) -> None:
        now = self._clock()
        if now - self._due > LATE_NS:
            self._stalls.add(self._due, now)
        self._beating = self._watching
        if self._beating and self._loop:
            self._due = now + BEAT_NS
            self._loop.call_later(BEAT_NS / 1e9, self._beat)
