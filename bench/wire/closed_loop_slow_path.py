"""What the closed loop does with a connection whose replies are not simply equal to those expected.

A part of a reply, a fragment, a ping, a wrong byte or a full socket puts a connection on the slow path, where
`WireConnection` reads frame by frame. It stays there until the next slice.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from itertools import cycle, repeat
from time import perf_counter_ns
from typing import Any

from ..websocket.failures import ClosedError
from .connection import WireConnection
from .script import Script
from .stamped_loop import watch

Write = Callable[[int, bytes], int]
ODD = (None, b"")
"""What a connection on the slow path is expected to read: no bytes are equal to None."""


class SlowPath:
    """The connections of a closed loop, and which of them are on the slow path (`careful`)."""

    def __init__(
        self, connections: Sequence[WireConnection], script: Script, depth: int, poller: Any
    ) -> None:
        self.connections = {connection.sock.fileno(): connection for connection in connections}
        self.script = script
        self.depth = depth
        self.poller = poller
        highest = max(self.connections) + 1
        self.turns: list[Callable[[], tuple[bytes | None, bytes]]] = [repeat(ODD).__next__] * highest
        self.places = [0] * highest  # replies so far
        size = script.reply_size * depth
        self.ring = [
            (script.replies(n, size), script.messages(n + depth, depth)) for n in range(script.period)
        ]  # what comes where a whole window is answered at once, and what is sent then
        self.careful = set(self.connections)  # each gets on the fast path when it is filled
        self._begin()

    def _begin(self) -> None:
        """Forget the last slice."""
        self.moments: list[int] = []  # of each event: when something was read
        self.seen: list[list[tuple[int, int]]] = []  # what each poll returned
        self.counts: list[int] = []  # replies of each event, with several messages in flight
        self.exceptions: dict[int, int] = {}  # events that brought not one reply, with one in flight
        self.total = 0

    def _fill(self, fd: int, connection: WireConnection) -> int:
        """Send the first messages of a connection; return when."""
        if fd in self.careful and not (connection.filled or connection.opcode or connection.unsent):
            self.careful.discard(fd)
            at = connection.done % self.script.period
            self.turns[fd] = cycle(self.ring[at:] + self.ring[:at]).__next__
            self.places[fd] = connection.done
        begun, connection.since = perf_counter_ns(), 0
        connection.push(self.depth)
        if connection.unsent:
            self._leave(fd, connection.done)
            watch(self.poller, connection)
        return begun

    def _counted(self, whole: int) -> None:
        """Note how many replies the latest event brought, where the fast path has not."""
        if self.depth == 1:
            self.exceptions[len(self.moments) - 1] = whole
            self.total += whole - 1
        else:
            self.counts.append(whole)
            self.total += whole

    def _done(self, fd: int) -> int:
        """Return the replies that a connection on the fast path had before the latest event."""
        if self.depth > 1:
            return self.places[fd]
        return self.connections[fd].done + sum(fd == other for ready in self.seen[:-1] for other, _ in ready)

    def _leave(self, fd: int, done: int) -> None:
        """Put a connection that has had `done` replies on the slow path."""
        connection = self.connections[fd]
        connection.done, connection.sent = done, done + self.depth
        self.careful.add(fd)
        self.turns[fd] = repeat(ODD).__next__

    def _care(self, fd: int, data: bytes, write: Write) -> None:
        """Read frame by frame what was not equal at once, and send as many messages as replies came."""
        connection = self.connections[fd]
        if fd not in self.careful:
            self._leave(fd, self._done(fd))
        if not data:
            raise ClosedError(f"the server closed the connection after {connection.done:,} replies")
        whole = connection.feed(data)
        self._counted(whole)
        if whole and write is os.write:
            connection.push(whole)
            watch(self.poller, connection)

    def _owe(self, fd: int, rest: bytes) -> None:
        """Put a connection on the slow path whose socket did not take a whole message."""
        self._leave(fd, self._done(fd) + (self.depth == 1))
        self.connections[fd].unsent = memoryview(rest)
        watch(self.poller, self.connections[fd])

    def _unblocked(self, fd: int) -> None:
        """Send what is left to send: there was nothing to read, so there is room to write."""
        self._counted(0)
        connection = self.connections[fd]
        with contextlib.suppress(BlockingIOError):
            connection.flush()
        watch(self.poller, connection)
