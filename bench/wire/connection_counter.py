"""Counts the connections of a cell while they open, and reads the server's memory at the steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..plan.placement import steps_of
from ..records.run import ConnectionCost

REST_S = 0.05
"""Before memory is read the server gets so long to finish its part of the last handshake, in s."""


class ConnectionCounter:
    """Says how many connections may be under way, so that each step is met exactly, and keeps the time.

    `resident` returns the server's resident bytes, None where they can't be known: there are no steps then.
    The pauses at the steps are no part of the time that connecting took.
    """

    def __init__(self, total: int, resident: Callable[[], int | None]) -> None:
        self.total = total
        self.open = 0
        self._resident = resident
        self._steps: list[tuple[int, int]] = []
        self._connecting_ns = 0
        self._ahead = list(steps_of(total)) if self._read() else []

    @property
    def room(self) -> int:
        """How many connections may be opened before the next step."""
        return self._ahead[0] - self.open if self._ahead else self.total

    def opened(self) -> None:
        """Count one more; at a step, pause and read."""
        self.open += 1
        if self._ahead and self.open == self._ahead[0]:
            begun = time.perf_counter_ns()
            del self._ahead[0]
            time.sleep(REST_S)
            self._read()
            self._connecting_ns -= time.perf_counter_ns() - begun

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Count the time inside."""
        begun = time.perf_counter_ns()
        try:
            yield
        finally:
            self._connecting_ns += time.perf_counter_ns() - begun

    def _read(self) -> bool:
        resident = self._resident()
        if resident is not None:
            self._steps.append((self.open, resident))
        return resident is not None

    def cost(self) -> ConnectionCost:
        """Return what the connections cost that were opened so far."""
        return ConnectionCost(self.open, max(1, self._connecting_ns), tuple(self._steps))
