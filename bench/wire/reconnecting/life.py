"""One connection of a place of an open loop: what was sent, answered and lost on it, and when."""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns

from ...measuring.recorder import ReplyError
from ...records.rates.errors import BEHIND, WRONG
from ...websocket.failures import kind_of
from ..connection import WireConnection


class Life:
    """A connection, with a time stamp per system call and the number of messages that it took."""

    __slots__ = (
        *(
            "answered",
            "base",
            "before",
            "failures",
            "held",
            "place",
            "received",
            "runs",
            "sent",
            "sizes",
            "wire",
        ),
    )

    def __init__(self, wire: WireConnection) -> None:
        self.wire = wire
        self.held = 0  # messages offered that wait for the kernel to take earlier ones
        self.place = 0
        self.base = wire.sent  # messages that were sent and answered on it before the schedule
        self.before = 0  # messages of its place that were over before it
        self.answered = 0  # messages of its place that are over
        self.failures: list[tuple[str, int]] = []  # of those after the answered ones: as what, and how many
        self.sent: list[int] = []
        self.sizes: list[int] = []
        self.received: list[int] = []
        self.runs: list[int] = []

    def batch(self, _stamps: deque[int], size: int, now: int) -> None:
        """Count `size` replies that came together at `now`; there are no stamps of single messages here."""
        if size:
            self.received.append(now)
            self.runs.append(size)
            self.answered += size

    def fail(self, kind: str, count: int) -> None:
        """Note that the next `count` messages failed, and as what."""
        if self.failures and self.failures[-1][0] == kind:
            count += self.failures.pop()[1]
        self.failures.append((kind, count))

    def lose(self, problem: Exception) -> int:
        """Note why the messages that wait for a reply get none; return how many more were answered.

        Those are replies that were whole when something else went wrong. A reply too many is held against
        the last message that was answered, so then it is one less. Raises `problem` where there is none.
        """
        known, offered = self.answered - self.before, self.wire.sent - self.base + self.held
        more = min(self.wire.done, self.wire.sent) - self.base - known
        self.batch(self.wire.stamps, more, perf_counter_ns())
        waiting = offered - known - more
        if isinstance(problem, ReplyError) and not waiting:
            if not self.runs:
                raise problem
            more, waiting = more - 1, 1
            self.runs[-1] -= 1
        self.answered = self.before + offered
        if isinstance(problem, OSError):
            self.failures = [(kind_of(problem), waiting)] if waiting else []
        else:
            self.failures = [(WRONG, 1), (BEHIND, waiting - 1)]
        return more
