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

from .connection import FOREVER
from .open_connection import OpenLoopConnection, open_loop_connections, undisturbed
from .session import WireSession
from .timeline import UNANSWERED, Order, Reading, Stamps, Times

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
) -> Stamps:
    """Send over an open session by a schedule that begins at `begin` of the monotonic clock.

    Message k goes over connection k mod n. Raises `ReplyError` for a wrong reply and `ConnectionError` where
    the server closes.
    """
    loop = OpenLoop(session, due.tolist(), begin, order, meter)
    with undisturbed(session):
        loop.run()
    return loop.stamps()


class OpenLoop:
    """One schedule under way."""

    def __init__(
        self, session: WireSession, due: list[int], begin: int, order: Order, meter: Callable[[], int | None]
    ) -> None:
        self.due = due
        self.begin = begin
        self.marks = deque(order.marks)
        self.end = order.marks[-1]
        self.order = order
        self.meter = meter
        self.readings: list[Reading] = []
        self.connections = self.connected(session)
        for one in self.connections:
            one.wire.bound_ns = FOREVER  # how long is too long, the schedule says
        self.by_fd = {connection.wire.sock.fileno(): connection for connection in self.connections}
        self.poller = session.poller
        self.polls = session.polls
        self.unit = 1e-3 if hasattr(select, "epoll") else 1  # a millisecond, as the poller counts
        self.queue: deque[tuple[OpenLoopConnection, int]] = deque()
        self.next = 0  # the message that is due next
        self.answered = 0
        self.alarm = 0
        self.aborted = False
        self.stopped = 0

    def connected(self, session: WireSession) -> list[OpenLoopConnection]:
        """Return the connections of an open session."""
        return open_loop_connections(session)

    def is_over(self, now: int) -> bool:
        """Whether all is sent and answered."""
        total = len(self.due)
        return now >= self.end and self.next == total and self.answered == total

    def run(self) -> None:
        """Send, receive, wait, until all is answered or too much has waited too long."""
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
            queue.extend(self._shares(first, self.next))
        for _ in range(min(len(queue), TURN)):
            connection, count = queue.popleft()
            connection.offer(count)
            if connection.wire.unsent:
                self.watch(connection)

    def _shares(self, first: int, last: int) -> list[tuple[OpenLoopConnection, int]]:
        """Return the connections that messages `first` to `last` go over, and how many each gets."""
        total = len(self.connections)
        if last == first + 1:
            return [(self.connections[first % total], 1)]
        each, more = divmod(last - first, total)
        return [
            (self.connections[(first + number) % total], each + (number < more))
            for number in range(min(last - first, total))
        ]

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
            if events & select.POLLOUT:
                with contextlib.suppress(BlockingIOError):
                    connection.wire.flush()
                    connection.release()
            if events & ~select.POLLOUT:
                self.answered += connection.receive()
            if connection.wire.unsent or connection.watched:
                self.watch(connection)
            if self.next < len(self.due):  # nothing may become late while replies are read
                self._send(perf_counter_ns() - self.begin)

    def watch(self, connection: OpenLoopConnection) -> None:
        """Have the poller say when the kernel takes more of what a connection has left over."""
        wanted = bool(connection.wire.unsent)
        if wanted != connection.watched:
            connection.watched = wanted
            events = select.POLLIN | (select.POLLOUT if wanted else 0)
            self.poller.modify(connection.wire.sock.fileno(), events)

    def _look(self, now: int) -> None:
        """Read the meter where a mark was passed, and see whether a message has waited too long."""
        self.passed(sum(mark <= now for mark in self.marks))
        self.aborted = self.has_waited(now) or self.order.has_failed(self.due, now, self.answered)
        self.alarm = now + max(LOOK_NS, LOOK_EACH_NS * len(self.connections))
        if self.marks:
            self.alarm = min(self.alarm, self.marks[0])

    def has_waited(self, now: int) -> bool:
        """Whether a message has waited too long for its reply."""
        total = len(self.connections)
        oldest = min(number + total * one.answered for number, one in enumerate(self.connections))
        return oldest < self.next and now - self.due[oldest] > self.order.patience_ns

    def passed(self, count: int) -> None:
        """Read the meter where marks were passed, so many of them."""
        for _ in range(count):
            self.marks.popleft()
            self.readings.append((self.answered, self.meter()))

    def stamps(self) -> Stamps:
        """Return what was stamped, message by message."""
        total = len(self.connections)
        sent = np.full(self.next, self.stopped, dtype=np.int64)
        received = np.full(self.next, UNANSWERED, dtype=np.int64)
        for number, one in enumerate(self.connections):
            for into, moments, sizes in ((sent, one.sent, one.sizes), (received, one.received, one.runs)):
                each = np.repeat(np.array(moments, dtype=np.int64) - self.begin, sizes)
                into[number::total][: len(each)] = each
        due = np.array(self.due[: self.next], dtype=np.int64)
        return Stamps(due, sent, received, self.stopped, self.aborted, tuple(self.readings))
