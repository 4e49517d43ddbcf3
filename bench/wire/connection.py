"""One connection of wire: it sends prebuilt messages and compares the replies.

All bytes that one read returns are compared at once. Only where they differ are they read frame by frame:
there may be a ping, a fragmented reply, or a wrong one. Over plain TCP (the floor) a reply is the frame sent.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns
from typing import Protocol

from ..measuring.recorder import ReplyError
from ..websocket import frames
from ..websocket.tls import Stream
from .script import Script

HEAD = 14
"""So many bytes tell a reply from a ping or a fragment in its place: no frame header is longer."""


class ReplyCounter(Protocol):
    """What a connection tells about the replies that it has read."""

    def batch(self, stamps: deque[int], size: int, now: int) -> None:
        """Count `size` replies that came together at `now`; their send times lead the queue."""


def doubled(number: int | None = None) -> ReplyError:
    """Return the error for a reply to no message: reply `number`, counted from 1, or an unknown one."""
    if number == 1:
        return ReplyError("a message came before one was sent: --skip 1 passes over a greeting")
    which = "a reply" if number is None else f"reply {number:,}"
    return ReplyError(f"{which} came to no message: one was doubled")


class WireConnection:
    """One connection: what is in flight on it, and how replies are read from it."""

    __slots__ = (
        *("buffer", "done", "filled", "fragments", "least", "opcode", "rsv", "script", "sent", "sock"),
        *("stamps", "unsent", "view"),
    )

    def __init__(self, sock: Stream, script: Script, depth: int, *, spare: bool = False) -> None:
        """With `spare` there is no buffer until it is needed: most of many connections never need one."""
        self.sock = sock
        self.script = script
        self.stamps: deque[int] = deque()
        self.sent = 0  # messages so far
        self.done = 0  # replies so far
        self.unsent = memoryview(b"")
        self.least = max(16_384, script.reply_size * (depth + 1))
        self.buffer = bytearray(0 if spare else self.least)
        self.view = memoryview(self.buffer)
        self.filled = 0
        self.fragments = bytearray()
        self.opcode = 0  # of the fragmented reply under way
        self.rsv = 0  # reserved bits that were agreed on

    def keep(self, early: bytes) -> None:
        """Take bytes that came with the handshake, such as a ping or a close. Raises as `receive`."""
        if early:
            self.feed(early)

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

    def receive(self, counter: ReplyCounter) -> int:
        """Read once; compare and count the replies that are now whole, and return how many.

        Raises `ReplyError` for a wrong reply, `ConnectionError` at the end, `BlockingIOError` for silence.
        """
        return self.arrived(self.sock.recv_into(self.room()), perf_counter_ns(), counter)

    def room(self) -> memoryview:
        """Return the part of the buffer that is free."""
        return self.view[self.filled :]

    def arrived(self, size: int, now: int, counter: ReplyCounter) -> int:
        """Take `size` bytes that were read into `room` at `now`, as `receive` does."""
        if not size:
            raise ConnectionError(f"the server closed the connection after {self.done:,} replies")
        whole = self._take_in(size)
        counter.batch(self.stamps, whole, now)
        return whole

    def feed(self, data: bytes) -> int:
        """Take bytes that the caller has read; return how many replies are whole. Raises as `receive`."""
        room = len(self.buffer) - self.filled
        if len(data) > room:
            self._grow(len(data) - room)
        self.buffer[self.filled : self.filled + len(data)] = data
        return self._take_in(len(data))

    def _grow(self, more: int) -> None:
        self.buffer = self.buffer + bytes(max(more, self.least - len(self.buffer)))
        self.view = memoryview(self.buffer)

    def _take_in(self, size: int) -> int:
        """Compare the replies that `size` more bytes in the buffer make whole; return how many."""
        self.filled += size
        whole, used = self._whole()
        if self.done + whole > self.sent:
            raise doubled(self.sent + 1)
        self.done += whole
        left = self.filled - used
        if left and used:
            self.buffer[:left] = self.buffer[used : self.filled]
        self.filled = left
        return whole

    def _whole(self) -> tuple[int, int]:
        """Compare what is in the buffer; return the number of whole replies and of the bytes they took."""
        script = self.script
        whole = self.filled // script.reply_size
        used = whole * script.reply_size
        # all of the whole replies, and of the one under way its head: it is compared when it is whole
        known = min(self.filled, used + HEAD)
        if not self.opcode and self.buffer[:known] == script.replies(self.done, known):
            return whole, used
        return self._frame_by_frame()

    def _frame_by_frame(self) -> tuple[int, int]:
        """Compare slowly; return the number of whole replies and of the bytes they took."""
        if self.script.plain:
            wanted = bytes(self.script.replies(self.done, self.filled))
            why = frames.difference(frames.BINARY, bytes(self.buffer[: self.filled]), frames.BINARY, wanted)
            raise ReplyError(f"reply {self.done + 1:,}: {why or 'more bytes than were sent'}")
        whole = used = 0
        try:
            while frame := frames.read_frame(self.view, used, self.filled, rsv=self.rsv):
                used += frame.size
                whole += self._take(frame, self.done + whole)
        except ValueError as problem:
            raise ReplyError(f"reply {self.done + whole + 1:,}: {problem}") from None
        if not used and self.filled == len(self.buffer):
            self._overflow(self.done + whole)
        return whole, used

    def _overflow(self, index: int) -> None:
        """Refuse a frame that is longer than the buffer. Raises `ReplyError`."""
        wanted = self.script.expected(index) or b""
        raise ReplyError(f"reply {index + 1:,} is longer than the {len(wanted):,} bytes sent")

    def _take(self, frame: frames.Frame, index: int) -> int:
        """Take one frame; return how many replies it completes, 0 or 1."""
        if frame.opcode == frames.PING:
            self._write(frames.client_frame(frames.PONG, frame.payload, bytes(4)))
        if frame.opcode == frames.CLOSE:
            raise ConnectionError(f"the server closed with {frames.close_said(frame.payload)}")
        if frame.opcode >= frames.CLOSE:
            return 0
        if bool(frame.opcode) == bool(self.opcode):
            what = "began" if frame.opcode else "went on"
            raise ReplyError(f"reply {index + 1:,}: a message {what} out of turn")
        self.fragments += frame.payload
        self.opcode = self.opcode or frame.opcode
        if not frame.final:
            return 0
        counted = self._compare(self.fragments, index)
        self.fragments.clear()
        self.opcode = 0
        return counted

    def _compare(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1, the replies it is; raises `ReplyError` unless it is that to message number `index`."""
        wanted = self.script.expected(index)
        if wanted is not None:
            why = frames.difference(self.opcode, payload, self.script.opcode, wanted)
            if why:
                raise ReplyError(f"reply {index + 1:,}: {why}")
        return 1
