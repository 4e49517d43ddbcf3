"""The sending half of a connection of wire: prebuilt messages, and what the kernel did not take of them."""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns

from ..websocket.tls import Stream
from .script import Script


class SendingConnection:
    """What is sent on a connection, and when."""

    __slots__ = ("done", "script", "sent", "sock", "stamps", "unsent")

    def __init__(self, sock: Stream, script: Script) -> None:
        self.sock = sock
        self.script = script
        self.stamps: deque[int] = deque()
        self.sent = 0  # messages so far
        self.done = 0  # replies so far
        self.unsent = memoryview(b"")

    @property
    def carried(self) -> tuple[int, int]:
        """How many messages were sent so far, and how many bytes they had as frames."""
        return self.sent, self.script.size_of(self.sent)

    def send(self, count: int) -> None:
        """Send the next `count` messages at once; what the kernel does not take is kept in `unsent`."""
        self.stamps.extend([self._write(self._following(count))] * count)

    def push(self, count: int) -> None:
        """Send the next `count` messages at once; the caller notes when."""
        self._write(self._following(count))

    def _following(self, count: int) -> bytes:
        self.sent += count
        return self.script.messages(self.sent - count, count)

    def _write(self, chunk: bytes) -> int:
        """Send bytes, after those that are unsent; return the moment just before."""
        stamp = perf_counter_ns()
        if self.unsent:
            self.unsent = memoryview(bytes(self.unsent) + chunk)
            return stamp
        try:
            taken = self.sock.send(chunk)
        except BlockingIOError:
            taken = 0
        if taken < len(chunk):
            self.unsent = memoryview(chunk)[taken:]
        return stamp

    def flush(self) -> None:
        """Send more of what was left over."""
        self.unsent = self.unsent[self.sock.send(self.unsent) :]
