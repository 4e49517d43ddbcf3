"""One-way traffic at a rate: messages leave when a schedule says so, and pings tell when they were read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter_ns
from typing import NamedTuple

from ...websocket.tls import TlsSocket
from ..open_connection import OpenLoopConnection, undisturbed
from ..open_loop import OpenLoop
from ..session import WireSession
from ..stamped_loop import drain
from ..timeline import Order, Stamps, Times
from .one_way import OneWayConnection


class Read(NamedTuple):
    """What became of a schedule without replies; moments in ns after its begin.

    At both marks of the schedule each connection sent a ping behind all that it had to send by then. So many
    `messages` lay between the two pings, over all connections; the server had read all before them at `first`
    and at `last`. Both are None where it had not within the patience.
    """

    stamps: Stamps
    messages: int
    first: int | None
    last: int | None

    def within(self, length_ns: int, due: int) -> int:
        """Return how many of `due` messages were read in as long a time as the one in which they were due.

        A server that keeps up reads them as they come, one that does not takes longer between the pongs.
        """
        if self.first is None or self.last is None:
            return 0
        return min(due, round(self.messages * length_ns / max(1, self.last - self.first)))


def drive_one_way(
    session: WireSession,
    due: Times,
    begin: int,
    order: Order,
    meter: Callable[[], int | None] = lambda: None,
) -> Read:
    """Send over an open session by a schedule that begins at `begin` of the monotonic clock, then close.

    Messages count when the closing handshake is answered. Raises `ConnectionError` where the server closes
    before, `TimeoutError` where it does not answer.
    """
    loop = OneWayLoop(session, due.tolist(), begin, order, meter)
    with undisturbed(session):
        loop.run()
    found = loop.read()
    if found.last is not None:
        session.farewell()
    return found


class OneWayLoopConnection(OpenLoopConnection):
    """One connection: messages and pings in their order, and when each ping was answered."""

    __slots__ = ("asked", "line", "offered", "pongs")
    wire: OneWayConnection

    def __init__(self, wire: OneWayConnection, longest: int) -> None:
        super().__init__(wire, longest)
        self.line: deque[int] = deque()  # messages that wait for the kernel to take earlier ones; 0 is a ping
        self.offered = 0
        self.asked: list[int] = []  # of each ping, how many messages lie before it
        self.pongs: list[int] = []

    def offer(self, count: int) -> None:
        """Send the next `count` messages, or keep them back until the kernel takes more."""
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        self.offered += count
        self.line.append(count)
        self.release()

    def ask(self) -> None:
        """Send a ping behind all that was offered."""
        self.asked.append(self.offered)
        self.line.append(0)
        self.release()

    def release(self) -> None:
        """Send what was kept back, as far as the kernel takes it."""
        while self.line and not self.wire.unsent:
            count = min(self.line[0], self.longest)
            if count:
                self.wire.load(count)
            else:
                self.wire.ask()
            self.line[0] -= count
            if not self.line[0]:
                self.line.popleft()

    def receive(self) -> int:
        """Read once, or all there is under TLS; return how many pings that answers."""
        return drain(self.wire, self) if isinstance(self.wire.sock, TlsSocket) else super().receive()

    def batch(self, _stamps: deque[int], size: int, now: int) -> None:
        """Count `size` pings that were answered at `now`."""
        self.pongs += [now] * size
        self.answered += size


class OneWayLoop(OpenLoop):
    """One schedule under way."""

    connections: list[OneWayLoopConnection]  # type: ignore[assignment]

    def connected(self, session: WireSession) -> list[OpenLoopConnection]:
        """Return the connections of an open session."""
        wires = [wire for wire in session.connections if isinstance(wire, OneWayConnection)]
        return [OneWayLoopConnection(wire, session.workload.depth) for wire in wires]

    def lost(self, connection: OpenLoopConnection, problem: Exception) -> None:
        """Raise the problem: what the server has read on a connection, only that one could tell."""
        del connection
        raise problem

    def is_over(self, now: int) -> bool:
        """Whether both pings of all connections are answered."""
        return now >= self.end and not self.marks and all(len(one.pongs) == 2 for one in self.connections)

    def has_waited(self, now: int) -> bool:
        """Whether the last ping waits too long for its answer."""
        return now - self.end > self.order.patience_ns

    def passed(self, count: int) -> None:
        """Read the meter, and ask who has read how much, where a mark was passed."""
        for _ in range(count):
            if len(self.marks) == 1 and (self.next < len(self.due) or self.queue):
                return  # all that is due goes before the last ping
            super().passed(1)
            for one in self.connections:
                one.ask()
                self.watch(one)

    def read(self) -> Read:
        """Return what was seen."""
        count = sum(one.asked[1] - one.asked[0] for one in self.connections if len(one.asked) == 2)
        if not all(len(one.pongs) == 2 for one in self.connections):
            return Read(self.stamps(), count, None, None)
        first, last = (max(one.pongs[place] for one in self.connections) - self.begin for place in (0, 1))
        return Read(self.stamps(), count, first, last)
