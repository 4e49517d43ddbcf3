"""How far the clock of a worker's host is ahead of ours, from times that were asked of it (RFC 5905)."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

KEPT = 64
"""How many of the latest askings count: clocks drift, some µs in a second."""


class Offset(NamedTuple):
    """How many ns a clock is ahead of ours, give or take `error_ns`."""

    ns: float
    error_ns: float


class Clock:
    """The clock of one host, as it was asked over and over: the quickest answer is the best."""

    def __init__(self) -> None:
        self._found: deque[Offset] = deque(maxlen=KEPT)

    def add(self, sent_ns: int, there_ns: int, back_ns: int) -> None:
        """Take what a clock said between two moments of ours."""
        half = (back_ns - sent_ns) / 2
        self._found.append(Offset(there_ns - (sent_ns + half), half))

    @property
    def offset(self) -> Offset:
        """The best that is known. Its error is half of what asking took: it was read in between."""
        return min(self._found, key=lambda one: one.error_ns)
