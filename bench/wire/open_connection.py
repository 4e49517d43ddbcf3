"""The connections of an open loop: how many messages were sent and answered on each, and when."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from time import perf_counter_ns

from ..websocket.failures import ClosedError
from .connection import WireConnection, doubled
from .reconnecting.life import Life
from .services.connection import why_lost
from .session import WireSession
from .stamped_loop import drain

RUN_BYTES, ALL_BYTES = 65_536, 4_194_304
"""Bytes that go out in one send or come in one read: per connection, and over all of them."""


def run_length(size: int, connections: int) -> int:
    """Return how many messages of `size` bytes may go out in one send.

    A session that is to be driven so needs a workload of that depth, for its buffers.
    """
    return max(1, min(RUN_BYTES, ALL_BYTES // connections) // (size + 2))


class OpenLoopConnection(Life):
    """One connection of an open loop, whatever its replies are."""

    __slots__ = ("longest", "watched")

    def __init__(self, wire: WireConnection, longest: int) -> None:
        super().__init__(wire)
        self.longest = longest
        self.watched = False  # whether the poller says when the kernel takes more

    def offer(self, count: int) -> None:
        """Send the next `count` messages, or keep them back until the kernel takes more."""
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        self.held += count
        self.release()

    def release(self) -> None:
        """Send what was kept back, as far as the kernel takes it."""
        while self.held and not self.wire.unsent:
            count = min(self.held, self.longest)
            self.held -= count
            self.wire.push(count)

    def receive(self) -> int:
        """Read once, or all there is under TLS; return how many replies that made whole.

        Raises what `WireConnection.receive` raises.
        """
        return self.wire.receive(self)


class SecureOpenLoopConnection(OpenLoopConnection):
    """A connection under TLS, which may hold bytes that no poller reports."""

    __slots__ = ()

    def receive(self) -> int:
        """Read all there is."""
        return drain(self.wire, self)


class FastOpenLoopConnection(OpenLoopConnection):
    """A connection whose replies are known bytes; they are compared here as long as they are whole."""

    __slots__ = ("fd", "room", "size")

    def __init__(self, wire: WireConnection, longest: int) -> None:
        super().__init__(wire, longest)
        self.fd = wire.sock.fileno()
        self.size = wire.script.reply_size
        self.room = self.size * longest

    def offer(self, count: int) -> None:
        """Send the next `count` messages, or keep them back until the kernel takes more."""
        wire = self.wire
        if wire.unsent or self.held or count > self.longest:
            super().offer(count)
            return
        chunk = wire.script.messages(wire.sent, count)
        wire.sent += count
        self.sent.append(perf_counter_ns())
        self.sizes.append(count)
        try:
            taken = os.write(self.fd, chunk)
        except BlockingIOError:
            taken = 0
        if taken < len(chunk):
            wire.unsent = memoryview(chunk)[taken:]

    def receive(self) -> int:
        """Read once; return how many replies that made whole."""
        data = os.read(self.fd, self.room)
        now, wire = perf_counter_ns(), self.wire
        whole, rest = divmod(len(data), self.size)
        if rest or not whole or wire.filled or wire.opcode or not wire.script.matches(wire.done, data):
            whole = self._care(data)
        else:
            wire.done += whole
            if wire.done > wire.sent:
                raise doubled(wire.sent + 1)
        if whole:
            self.received.append(now)
            self.runs.append(whole)
            self.answered += whole
        return whole

    def _care(self, data: bytes) -> int:
        """Have the connection compare frame by frame what was not equal at once."""
        if not data:
            raise ClosedError(f"the server closed the connection after {self.wire.done:,} replies")
        return self.wire.feed(data)


def open_loop_connections(session: WireSession) -> list[OpenLoopConnection]:
    """Return the connections of an open session, each of the fastest kind that can drive it."""
    return [open_loop_connection(session, wire) for wire in session.connections]


def open_loop_connection(session: WireSession, wire: WireConnection) -> OpenLoopConnection:
    """Return a connection of a session, of the fastest kind that can drive it."""
    kind = OpenLoopConnection
    if session.tls:
        kind = SecureOpenLoopConnection
    elif session.fast or (session.alone and session.known):
        kind = FastOpenLoopConnection
    return kind(wire, session.workload.depth)


@contextlib.contextmanager
def undisturbed(session: WireSession) -> Iterator[None]:
    """Run a schedule: no socket blocks, no garbage is collected, and a lost connection tells why."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        for wire in session.connections:
            wire.sock.setblocking(False)
        yield
    except (BrokenPipeError, ConnectionResetError) as problem:
        raise why_lost(problem, session.connections, session.timeout) from None
    finally:
        if collecting:
            gc.enable()
        for wire in session.connections:
            wire.sock.setblocking(session.blocking)
