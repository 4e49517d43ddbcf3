"""Tells of each second of an open loop while it is under way, from the stamps that came since the last one.

It has its turn where the loop looks after itself anyway, some connections at a time, so that nothing that is
due has to wait for long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from ...demand.lanes import Lanes
from ...records.live import Told, bins_of
from ..open_connection import OpenLoopConnection
from ..timeline import SECOND_NS, Times

AT_ONCE, TURNS = 4, 200
"""Connections that are looked through in one turn at least, and turns in which all of them are."""

Seen = tuple[OpenLoopConnection, int, int]
"""A connection, and how many of its stamps and replies were looked at."""

PAUSE_NS = 1_000_000
"""How long the loop does its own work between two turns."""


class Loop(Protocol):
    """What a teller reads of an open loop."""

    begin: int
    next: int
    answered: int
    failed: int
    connections: list[OpenLoopConnection]
    lanes: Lanes | None


class Teller:
    """Tells of the schedule `due`, which is one agent's, of a step at `rate` msg/s."""

    def __init__(self, rate: float, due: Times, tell: Callable[[Told], None]) -> None:
        self.rate = rate
        self.due = due
        self.tell = tell
        self.at_s = 0
        self.told = 0  # replies that were told of
        self._turn = 0  # the connection that is looked through next
        self._seen: dict[int, Seen] = {}  # of each place
        self._found: list[Times] = []

    def look(self, loop: Loop, now: int) -> int:
        """Have a turn at `now`, in ns after the schedule's begin; return when the next one is."""
        if now < (self.at_s + 1) * SECOND_NS:
            return (self.at_s + 1) * SECOND_NS
        total = len(loop.connections)
        each = max(AT_ONCE, -(-total // TURNS))
        for number in range(self._turn, min(self._turn + each, total)):
            self._read(loop, number, total)
        self._turn += each
        if self._turn < total:
            return now + PAUSE_NS
        self._end_second(loop)
        return (self.at_s + 1) * SECOND_NS

    def _read(self, loop: Loop, number: int, total: int) -> None:
        """Take the response times of the replies that one connection got since the last time."""
        one = loop.connections[number]
        whose, stamps, replies = self._seen.get(number, (one, 0, 0))
        if whose is not one:  # it was lost, and opened again
            stamps = replies = 0
        received, runs = one.received[stamps:], one.runs[stamps:]
        if not received:
            return
        came = np.repeat(np.array(received, dtype=np.int64), runs) - loop.begin
        first = one.before + replies
        if loop.lanes:
            due = self.due[loop.lanes.numbers(number, first, len(came))]
        else:
            due = self.due[number + total * first :: total][: len(came)]
        self._found.append(came[: len(due)] - due)
        self._seen[number] = one, stamps + len(received), replies + len(came)

    def _end_second(self, loop: Loop) -> None:
        found = np.concatenate([*self._found, np.empty(0, np.int64)])
        begin, end = np.searchsorted(self.due, [self.at_s * SECOND_NS, (self.at_s + 1) * SECOND_NS])
        answered, self.told = loop.answered - self.told, loop.answered
        waiting = loop.next - loop.answered - loop.failed
        counts = int(end - begin), answered, waiting, loop.failed
        self.tell(Told(self.rate, self.at_s, *counts, bins_of(found)))
        self.at_s += 1
        self._turn, self._found = 0, []
