"""Opens connections in threads, so that a schedule goes on while handshakes are under way."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from queue import SimpleQueue
from time import perf_counter_ns

from ...websocket.target import Opened, Target, connected

AT_ONCE = 8
"""Handshakes under way at a time, each in a thread of its own."""

SWITCH_S = 0.0002
"""How long a thread waits for a loop that never sleeps to let it run, in seconds: 5 ms are usual."""

Outcome = tuple[Opened, int] | OSError
"""A connection and how many ns it took to open, or why it could not be opened."""


class Reopener:
    """Opens connections to a target on request.

    `wake` is a file descriptor that can be read when there are outcomes. Nothing is kept from one place for
    another: each request has an outcome of its own. Threads that still wait for a server when it is stopped
    end by themselves, at the latest when the target's timeout is over, and close what they have opened.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._asked = SimpleQueue[int | None]()
        self._outcomes = deque[tuple[int, Outcome]]()
        self._threads = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._stopped = False
        self.wake, self._waker = os.pipe()
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(min(SWITCH_S, self._interval))

    def ask(self, place: int) -> None:
        """Have one more connection opened, for `place`."""
        self._under_way += 1
        self._asked.put(place)
        if self._threads < min(AT_ONCE, self._under_way):
            self._threads += 1
            threading.Thread(target=self._work, daemon=True).start()

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        """Yield what became of requests since this was asked last: places and outcomes."""
        with self._lock:
            count = len(self._outcomes)
        if count:
            os.read(self.wake, count)
        for _ in range(count):
            self._under_way -= 1
            yield self._outcomes.popleft()

    def stop(self) -> None:
        """Open no more; what was opened and not fetched is closed."""
        sys.setswitchinterval(self._interval)
        with self._lock:
            self._stopped = True
            for _, outcome in self._outcomes:
                _discard(outcome)
            for end in (self.wake, self._waker):
                os.close(end)
        for _ in range(self._threads):
            self._asked.put(None)

    def _work(self) -> None:
        while not self._stopped and (place := self._asked.get()) is not None:
            begun = perf_counter_ns()
            outcome: Outcome
            try:
                outcome = connected(self._target), perf_counter_ns() - begun
            except OSError as problem:
                outcome = problem
            with self._lock:
                if self._stopped:
                    _discard(outcome)
                else:
                    self._outcomes.append((place, outcome))
                    os.write(self._waker, b"\0")


def _discard(outcome: Outcome) -> None:
    if not isinstance(outcome, OSError):
        with contextlib.suppress(OSError):
            outcome[0][0].close()
