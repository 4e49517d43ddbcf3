"""One connection of an open loop: what is offered to it, what came back, and when."""

from __future__ import annotations

import os
from collections import deque
from time import perf_counter_ns

from ..measuring.recorder import ReplyError, Tally
from .connection import Pipe
from .session import WireSession, drain

RUN_BYTES, ALL_BYTES = 65_536, 4_194_304
"""Bytes that go out in one send or come in one read: per connection, and over all of them."""


def run_length(size: int, connections: int) -> int:
    """Return how many messages of `size` bytes may go out in one send.

    A session whose workload has that depth has rings and buffers for it.
    """
    return max(1, min(RUN_BYTES, ALL_BYTES // connections) // (size + 2))


class Line(Tally):
    """What went over one connection, in runs: when, and how many messages at once."""

    __slots__ = ("answered", "held", "longest", "pipe", "received", "runs", "sent", "sizes", "watched")

    def __init__(self, pipe: Pipe, longest: int) -> None:
        self.pipe = pipe
        self.longest = longest
        self.held = 0  # messages offered that wait for the kernel to take earlier ones
        self.watched = False  # whether the poller says when it does
        self.answered = 0
        self.sent: list[int] = []
        self.sizes: list[int] = []
        self.received: list[int] = []
        self.runs: list[int] = []

    def offer(self, count: int) -> None:
        """Send the next `count` messages, or keep them back until the kernel takes more."""
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        self.held += count
        self.release()

    def release(self) -> None:
        """Send what was kept back, as far as the kernel takes it."""
        while self.held and not self.pipe.unsent:
            count = min(self.held, self.longest)
            self.held -= count
            self.pipe.push(count)

    def receive(self) -> int:
        """Read once, or all there is under TLS; return how many replies that made whole.

        Raises what `Pipe.receive` raises.
        """
        return self.pipe.receive(self)

    def batch(self, _stamps: deque[int], size: int, now: int) -> None:
        """Count `size` replies that came together at `now`; the stamps of a closed loop are not kept here."""
        if size:
            self.received.append(now)
            self.runs.append(size)
            self.answered += size


class SecureLine(Line):
    """A connection under TLS, where bytes may wait that no poll tells of."""

    __slots__ = ()

    def receive(self) -> int:
        """Read all there is."""
        return drain(self.pipe, self)


class FastLine(Line):
    """A connection whose replies are known bytes: what compares at once never reaches its pipe."""

    __slots__ = ("fd", "room", "size")

    def __init__(self, pipe: Pipe, longest: int) -> None:
        super().__init__(pipe, longest)
        self.fd = pipe.sock.fileno()
        self.size = pipe.script.reply_size
        self.room = self.size * longest

    def offer(self, count: int) -> None:
        """Send the next `count` messages, or keep them back until the kernel takes more."""
        pipe = self.pipe
        if pipe.unsent or self.held or count > self.longest:
            super().offer(count)
            return
        chunk = pipe.script.messages(pipe.sent, count)
        pipe.sent += count
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        try:
            taken = os.write(self.fd, chunk)
        except BlockingIOError:
            taken = 0
        if taken < len(chunk):
            pipe.unsent = memoryview(chunk)[taken:]

    def receive(self) -> int:
        """Read once; return how many replies that made whole."""
        data = os.read(self.fd, self.room)
        now, pipe = perf_counter_ns(), self.pipe
        whole, rest = divmod(len(data), self.size)
        if rest or not whole or pipe.filled or pipe.opcode or not pipe.script.matches(pipe.done, data):
            whole = self._care(data)
        else:
            pipe.done += whole
            if pipe.done > pipe.sent:
                raise ReplyError(f"reply {pipe.sent + 1:,} came to no message: one was doubled")
        if whole:
            self.received.append(now)
            self.runs.append(whole)
            self.answered += whole
        return whole

    def _care(self, data: bytes) -> int:
        """Have the pipe take what did not compare at once."""
        if not data:
            raise ConnectionError(f"the server closed the connection after {self.pipe.done:,} replies")
        return self.pipe.feed(data)


def lines_of(session: WireSession) -> list[Line]:
    """Return the connections of an open session, each of the fastest kind that can drive it."""
    kind = SecureLine if session.tls else FastLine if session.fast or session.blocking else Line
    return [kind(pipe, session.workload.depth) for pipe in session.pipes]
