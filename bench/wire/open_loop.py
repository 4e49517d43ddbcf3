"""Open loop: messages leave when a schedule says so, whatever is still unanswered (docs/method.md).

A closed loop sends a server that stalls nothing more until it answers, and so hardly sees the stall
(Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006). Here the response time of every message
counts from when it was due. Time stamps are kept per system call, with the number of messages it took; they
become one per message only after the schedule, because the loop itself must be fast.
"""

from __future__ import annotations

import contextlib
import os
import select
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns

import numpy as np

from ..measuring.recorder import ReplyError
from .connection import FOREVER
from .open_connection import OpenLoopConnection, open_loop_connections, undisturbed
from .reconnecting.loop import Reconnecting
from .reconnecting.stamping import mean_sizes
from .session import WireSession
from .timeline import Order, Reading, Stamps, Times

SPIN_NS = 1_000_000
"""So long before a message is due the poller is asked without waiting: epoll rounds up to 1 ms."""

LOOK_NS, LOOK_EACH_NS = 10_000_000, 100_000
"""Shortest time between two searches for messages that have waited too long, in all and per connection: a
search takes a fraction of a µs for each."""

TURN = 16
"""Connections that are sent to before replies are read again, so that in a long burst replies get a stamp."""


def drive_open(
    session: WireSession,
    due: Times,
    begin: int,
    order: Order,
    meter: Callable[[], int | None] = lambda: None,
    alive: Callable[[], bool] = lambda: True,
) -> Stamps:
    """Send over an open session by a schedule that begins at `begin` of the monotonic clock.

    Message k goes over place k mod n; a connection that is lost or was never opened is opened again. Raises
    what went wrong last where none was ever open, or all are lost and the server is not `alive`.
    """
    loop = OpenLoop(session, due.tolist(), begin, order, meter, alive)
    with undisturbed(session):
        try:
            loop.run()
        finally:
            loop.hand_back()
    if not loop.ever_open:
        raise loop.problem
    return loop.stamps()


class OpenLoop(Reconnecting):
    """One schedule under way."""

    __slots__ = (
        *("aborted", "alarm", "alive", "begin", "due", "end", "marks", "meter", "next", "order", "polls"),
        *("readings", "stopped", "unit"),
    )

    def __init__(
        self,
        session: WireSession,
        due: list[int],
        begin: int,
        order: Order,
        meter: Callable[[], int | None],
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(session, self.connected(session))
        self.due = due
        self.begin = begin
        self.marks = deque(order.marks)
        self.end = order.marks[-1]
        self.order, self.lanes = order, order.lanes
        self.meter = meter
        self.alive = alive
        self.readings: list[Reading] = []
        for one in session.connections:
            one.bound_ns = FOREVER  # how long is too long, the schedule says
        self.polls = session.polls
        self.unit = 1e-3 if hasattr(select, "epoll") else 1  # a millisecond, as the poller counts
        self.next = 0  # the message that is due next
        self.alarm = 0
        self.aborted = False
        self.stopped = 0

    def connected(self, session: WireSession) -> list[OpenLoopConnection]:
        """Return the connections of an open session."""
        return open_loop_connections(session)

    def is_over(self, now: int) -> bool:
        """Whether all is sent, and answered or lost."""
        total = len(self.due)
        return now >= self.end and self.next == total and self.answered + self.failed == total

    def run(self) -> None:
        """Send, receive, wait, until all is over or too much has waited too long."""
        self.begin_without()
        while True:
            now = perf_counter_ns() - self.begin
            if now >= self.alarm:
                self._look(now)
            if self.aborted or self.is_over(now):
                break
            self._send(now)
            self._poll(0 if self.queue else self._leisure(now))
        self.stopped = perf_counter_ns() - self.begin
        self.passed(len(self.marks))

    def _send(self, now: int) -> None:
        """Send what is due, or a part of that where it is much."""
        due, queue = self.due, self.queue
        if not queue and self.next < len(due) and due[self.next] <= now:
            first, self.next = self.next, bisect_right(due, now, lo=self.next)
            queue.extend(self.shares(first, self.next))
        for _ in range(min(len(queue), TURN)):
            connection, count = queue.popleft()
            try:
                connection.offer(count)
            except OSError as problem:
                self.lost(connection, problem)
                continue
            if connection.wire.unsent:
                self.watch(connection)

    def _leisure(self, now: int) -> float:
        """Return how long may be slept, as the poller counts; 0 where wire polls or one is nearly due."""
        if self.polls:
            return 0
        if self.next == len(self.due):
            return LOOK_NS // 1_000_000 * self.unit
        return max(0, min(self.due[self.next] - now - SPIN_NS, LOOK_NS) // 1_000_000) * self.unit

    def _poll(self, wait: float) -> None:
        ready = self.poller.poll(wait)
        if self.order.yielding and not (wait or ready):
            os.sched_yield()
        for fd, events in ready:
            connection = self.by_fd[fd]
            try:
                if events & select.POLLOUT:
                    with contextlib.suppress(BlockingIOError):
                        connection.wire.flush()
                        connection.release()
                if events & ~select.POLLOUT:
                    self.answered += connection.receive()
            except (OSError, ReplyError) as problem:
                self.lost(connection, problem)
            else:
                if connection.wire.unsent or connection.watched:
                    self.watch(connection)
            if self.next < len(self.due):  # nothing may become late while replies are read
                self._send(perf_counter_ns() - self.begin)

    def _look(self, now: int) -> None:
        """Read the meter where a mark was passed, and see whether a message has waited too long."""
        self.passed(sum(mark <= now for mark in self.marks))
        self.aborted = self.has_waited(now) or self.order.has_failed(self.due, now, self.answered)
        if self.is_cut_off(self.order.patience_ns):
            self.aborted = True
            if not self.alive():
                raise self.problem
        looked = [self.order.look(self, now)] if self.order.look else []
        self.alarm = min([now + max(LOOK_NS, LOOK_EACH_NS * len(self.connections)), *looked, *self.marks])

    def has_waited(self, now: int) -> bool:
        """Whether a message has waited too long for its reply."""
        oldest = self.oldest()
        return oldest < self.next and now - self.due[oldest] > self.order.patience_ns

    def passed(self, count: int) -> None:
        """Read the meter where marks were passed, so many of them."""
        for _ in range(count):
            self.marks.popleft()
            self.readings.append((self.answered, self.meter()))

    def stamps(self) -> Stamps:
        """Return what was stamped, message by message."""
        due = np.array(self.due[: self.next], dtype=np.int64)
        sent, received, why, kinds = self.stamps_until(self.next, self.begin, self.stopped)
        end = self.stopped, self.aborted, tuple(self.readings)
        sizes = mean_sizes([*self.session.connections, *self.session.lost])
        wrong = ((self.wrong[0] - self.begin, self.wrong[1]),) if self.wrong else ()
        reopened = tuple(moment - self.begin for moment in self.reopened)
        return Stamps(due, sent, received, *end, why, kinds, reopened, wrong, sizes)
