"""The places of an open loop: which connection each has now, and which it has had."""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Sequence

from ...demand.lanes import Lanes
from ..open_connection import OpenLoopConnection
from ..session import WireSession
from .gap import NOT_CONNECTED, Gap
from .stamping import Stamped, stamps_of


class Places:
    """As many places as a schedule has connections; `lives` are all that each has had, with the gaps.

    `open` of them have a connection now, the others a gap. What is due is `queue`d before it is sent. Message
    k goes over place k mod n unless there are `lanes`. All classes of a loop have slots: CPython reads an
    object more slowly that has 30 attributes without them.
    """

    __slots__ = (
        *("answered", "by_fd", "connections", "failed", "lanes", "lives", "open", "poller", "queue"),
        "session",
    )

    def __init__(self, session: WireSession, connections: Sequence[OpenLoopConnection]) -> None:
        self.session, self.poller = session, session.poller
        self.answered = self.failed = 0
        self.lanes: Lanes | None = None
        self.open = len(connections)
        missing = session.workload.connections - len(connections)
        self.connections = [*connections, *(Gap(NOT_CONNECTED, self.count_failed) for _ in range(missing))]
        for place, one in enumerate(self.connections):
            one.place = place
        self.lives = [[one] for one in self.connections]
        self.by_fd = {one.wire.sock.fileno(): one for one in connections}
        self.queue: deque[tuple[OpenLoopConnection, int]] = deque()

    def count_failed(self, count: int) -> None:
        """Count messages that can't be answered any more."""
        self.failed += count

    def replace(self, place: int, new: OpenLoopConnection) -> None:
        """Put another connection, or a gap, at a place; what was queued for it stays queued."""
        old = self.connections[place]
        new.place, new.before, new.answered = place, old.answered, old.answered
        self.connections[place] = new
        self.lives[place].append(new)
        for index, (one, count) in enumerate(self.queue):
            if one is old:
                self.queue[index] = new, count

    def shares(self, first: int, last: int) -> list[tuple[OpenLoopConnection, int]]:
        """Return the connections that messages `first` to `last` go over, and how many each gets."""
        total = len(self.connections)
        if self.lanes:
            return [(self.connections[place], count) for place, count in self.lanes.shares(first, last)]
        if last == first + 1:
            return [(self.connections[first % total], 1)]
        each, more = divmod(last - first, total)
        return [
            (self.connections[(first + number) % total], each + (number < more))
            for number in range(min(last - first, total))
        ]

    def stamps_until(self, messages: int, begin: int, stopped: int) -> Stamped:
        """Return what `stamps_of` does of so many messages of the schedule."""
        lanes = self.lanes.until(messages) if self.lanes else Lanes.even(messages, len(self.lives))
        return stamps_of(self.lives, lanes, begin, stopped)

    def oldest(self) -> int:
        """Return the number of the first message that is not over."""
        if self.lanes:
            return min(self.lanes.nth(place, one.answered) for place, one in enumerate(self.connections))
        total = len(self.connections)
        return min(place + total * one.answered for place, one in enumerate(self.connections))

    def watch(self, connection: OpenLoopConnection) -> None:
        """Have the poller say when the kernel takes more of what a connection has left over."""
        wanted = bool(connection.wire.unsent)
        if wanted != connection.watched:
            connection.watched = wanted
            events = select.POLLIN | (select.POLLOUT if wanted else 0)
            self.poller.modify(connection.wire.sock.fileno(), events)

    @property
    def ever_open(self) -> bool:
        """Whether any place has had a connection."""
        return any(not isinstance(one, Gap) for place in self.lives for one in place)

    def hand_back(self) -> None:
        """Leave the session with the connections that are open now, and those that are not any more."""
        wires = [[one.wire for one in place if not isinstance(one, Gap)] for place in self.lives]
        now = [isinstance(one, Gap) for one in self.connections]
        pairs = list(zip(wires, now, strict=True))
        self.session.connections[:] = [had[-1] for had, gap in pairs if not gap]
        self.session.lost += [one for had, gap in pairs for one in (had if gap else had[:-1])]
