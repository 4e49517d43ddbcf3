"""One-way traffic: nothing comes back, so a ping behind some messages tells that they were read.

Frames are processed in their order (RFC 6455 section 5.4 allows control frames between fragments, nothing
out of turn), and a ping must be answered (section 5.5.2): its pong proves that the server's WebSocket library
has read everything before it. Whether the application has taken it, nobody can see from outside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from time import perf_counter_ns
from typing import Any

import msgspec

from ...demand.workload import Workload
from ...measuring.recorder import recorder_of
from ...measuring.waiting import Waiting
from ...records.slices import Slice, numbers
from ...websocket import frames
from ..connection import WireConnection
from ..stamped_loop import run_all
from .connection import AnsweringConnection

MARK = b"wsb"
"""What the payload of our pings begins with."""


def batch_of(workload: Workload) -> int:
    """Return how many messages each ping stands behind: two such batches are on their way at a time."""
    return max(1, workload.depth // 2)


def in_batches(workload: Workload) -> Workload:
    """Return the workload that counts batches: how many of them are on their way on each connection."""
    return msgspec.structs.replace(workload, depth=min(2, workload.depth))


def read_of(found: Slice, batch: int) -> Slice:
    """Return a slice of batches as one of messages, which has no times of any of them."""
    return msgspec.structs.replace(
        found,
        latencies=numbers(),
        answered=numbers(),
        received=numbers(),
        flown=0,
        read=len(found.latencies) * batch,
        exchanged=found.exchanged * batch,
    )


class FarewellError(ConnectionError):
    """The server has answered our close frame, as it should."""


class OneWayConnection(AnsweringConnection):
    """A connection that sends batches of messages; a pong is the reply to a batch.

    Whatever else comes was pushed.
    """

    __slots__ = ("batch", "closing", "loaded", "loaded_bytes")

    def begin(self, batch: int) -> None:
        """Say how many messages a batch has."""
        self.batch = batch
        self.loaded = self.loaded_bytes = 0  # messages so far, and their frames
        self.closing = False

    def _following(self, count: int) -> bytes:
        chunks = []
        for _ in range(count):
            chunks += [self._messages(self.batch), self._ping()]
        return b"".join(chunks)

    def _messages(self, count: int) -> bytes:
        self.loaded += count
        chunk = self.script.messages(self.loaded - count, count)
        self.loaded_bytes += len(chunk)
        return chunk

    @property
    def carried(self) -> tuple[int, int]:
        """How many messages were sent so far, and how many bytes they had as frames."""
        return self.loaded, self.loaded_bytes

    def _ping(self) -> bytes:
        self.sent += 1
        return frames.client_frame(frames.PING, MARK + self.sent.to_bytes(8, "big"), os.urandom(4))

    def load(self, count: int) -> None:
        """Send the next `count` messages without a ping."""
        self._write(self._messages(count))

    def ask(self) -> None:
        """Send a ping alone."""
        self._write(self._ping())

    def _take(self, frame: frames.Frame, index: int) -> int:
        """Take one frame; return how many pings it answers.

        A pong may stand for those before it (RFC 6455 section 5.5.3).
        """
        if frame.opcode == frames.PONG and frame.payload.startswith(MARK) and len(frame.payload) == 11:
            number = int.from_bytes(frame.payload[len(MARK) :], "big")
            return max(0, min(number, self.sent) - index)
        if frame.opcode == frames.CLOSE and self.closing:
            raise FarewellError
        return super()._take(frame, index)

    def _answer(self, payload: bytes | bytearray, index: int) -> int:
        """Count what came as pushed: nothing is a reply here."""
        del index
        return self._push(payload, self.stamps[0] if self.stamps else None, "pong")

    def farewell(self) -> None:
        """Send a close frame and wait for the server's: then it has read all before it.

        Raises `ConnectionError` or `TimeoutError` where none comes.
        """
        self.closing = True
        self.bound_ns, self.since = self.patience_ns, 0
        self.sock.setblocking(True)
        if self.unsent:
            self.sock.sendall(bytes(self.unsent))
            self.unsent = memoryview(b"")
        self.sock.sendall(frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), os.urandom(4)))
        try:
            while size := self.sock.recv_into(self.room()):
                self._take_in(size)
        except FarewellError:
            return
        except (BlockingIOError, TimeoutError):
            raise TimeoutError(f"{UNANSWERED} within {self.patience_ns / 1e9:g} s") from None
        raise ConnectionError(f"{UNANSWERED} before the connection ended")


UNANSWERED = "the closing handshake was not answered"


def farewell(connections: Iterable[WireConnection]) -> None:
    """Complete the closing handshake of those that are one-way. Raises as `OneWayConnection.farewell`."""
    for one in connections:
        if isinstance(one, OneWayConnection):
            one.farewell()


def run_one_way(  # as `run_all`
    connections: Sequence[WireConnection],
    workload: Workload,
    lead: int,
    count: int,
    poller: Any,
    waiting: Waiting,
) -> Slice:
    """Send batches of messages as fast as they are read, then drain. Raises as `run_all`."""
    batch = batch_of(workload)
    recorder = recorder_of(max(1, lead // batch), -(-count // batch), perf_counter_ns(), keep=False)
    return read_of(run_all(connections, in_batches(workload), recorder, poller, waiting), batch)
