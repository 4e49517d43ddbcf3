"""One connection of wire: it sends prebuilt messages and compares the replies.

All bytes that one read returns are compared at once. Only where they differ are they read frame by frame:
there may be a ping, a fragmented reply, or a wrong one. Over plain TCP (the floor) a reply is the frame sent.
"""

from __future__ import annotations

from time import perf_counter_ns

from ..measuring.recorder import ReplyCounter, ReplyError
from ..websocket import frames
from ..websocket.failures import ClosedError
from ..websocket.tls import Stream
from .script import Script
from .sending import SendingConnection

HEAD = 14
"""So many bytes tell a reply from a ping or a fragment in its place: no frame header is longer."""
OWED = 65_536
"""With so many bytes unsent no more pings are answered: RFC 6455 section 5.5.3 asks for the latest alone."""
FOREVER = 2**63


def doubled(number: int | None = None) -> ReplyError:
    """Return the error for a reply to no message: reply `number`, counted from 1, or an unknown one."""
    if number == 1:
        return ReplyError("a message came before one was sent: --skip 1 passes over a greeting")
    which = "a reply" if number is None else f"reply {number:,}"
    return ReplyError(f"{which} came to no message: one was doubled")


class WireConnection(SendingConnection):
    """One connection: what is in flight on it, and how replies are read from it."""

    __slots__ = (
        *("bound_ns", "buffer", "filled", "fragments", "least", "odd", "opcode", "rsv", "since", "view"),
    )

    def __init__(self, sock: Stream, script: Script, depth: int, *, spare: bool = False) -> None:
        """With `spare` there is no buffer until it is needed: most of many connections never need one."""
        super().__init__(sock, script)
        self.least = max(16_384, script.reply_size * (depth + 1))
        self.buffer = bytearray(0 if spare else self.least)
        self.view = memoryview(self.buffer)
        self.filled = 0
        self.fragments = bytearray()
        self.opcode = 0  # of the fragmented reply under way
        self.rsv = 0  # reserved bits that were agreed on
        self.bound_ns = FOREVER  # how long it may receive and get no reply whole
        self.since = 0  # when that began
        self.odd = 0  # bytes of data frames beyond those of as many replies in one frame each

    @property
    def received_bytes(self) -> int:
        """How long all replies so far were as frames, with whatever other messages came."""
        return self.done * self.script.reply_size + self.odd

    def keep(self, early: bytes) -> None:
        """Take bytes that came with the handshake, such as a ping or a close. Raises as `receive`."""
        if early:
            self.feed(early)

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
            raise ClosedError(f"the server closed the connection after {self.done:,} replies")
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
            self.done = self.sent
            raise doubled(self.sent + 1)
        self.done += whole
        if not whole:
            self._lose_patience()
        elif self.since:
            self.since = 0
        left = self.filled - used
        if left and used:
            self.buffer[:left] = self.buffer[used : self.filled]
        self.filled = left
        return whole

    def _lose_patience(self) -> None:
        """Note that what came was no whole reply. Raises `TimeoutError` where that has lasted too long."""
        now, begun = perf_counter_ns(), self.stamps[0] if self.stamps else self.since
        if not begun:
            self.since = now
        elif now - begun > self.bound_ns:
            raise TimeoutError(f"no whole reply within {self.bound_ns / 1e9:g} s")

    def _whole(self) -> tuple[int, int]:
        """Compare what is in the buffer; return how many replies are whole, and the bytes they took."""
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
            self.done += whole  # those before it were right
            raise ReplyError(f"reply {self.done + 1:,}: {problem}") from None
        except (ReplyError, ConnectionError):
            self.done += whole
            raise
        if not used and self.filled == len(self.buffer):
            self._overflow(self.done + whole)
        return whole, used

    def _overflow(self, index: int) -> None:
        """Refuse a frame that is longer than the buffer. Raises `ReplyError`."""
        wanted = self.script.expected(index) or b""
        raise ReplyError(f"reply {index + 1:,} is longer than the {len(wanted):,} bytes sent")

    def _take(self, frame: frames.Frame, index: int) -> int:
        """Take one frame; return how many replies it completes, 0 or 1."""
        if frame.opcode == frames.PING and len(self.unsent) < OWED:
            self._write(frames.client_frame(frames.PONG, frame.payload, bytes(4)))
        if frame.opcode == frames.CLOSE:
            told = f"the server closed with {frames.close_said(frame.payload)}"
            raise ClosedError(told, frames.close_code(frame.payload))
        if frame.opcode >= frames.CLOSE:
            return 0
        if bool(frame.opcode) == bool(self.opcode):
            what = "began" if frame.opcode else "went on"
            raise ReplyError(f"reply {index + 1:,}: a message {what} out of turn")
        self.odd += frame.size
        self.fragments += frame.payload
        self.opcode = self.opcode or frame.opcode
        if not frame.final:
            if len(self.fragments) > self._most(index):
                raise ReplyError(f"reply {index + 1:,} is longer than the {self._most(index):,} bytes sent")
            return 0
        counted = self._compare(self.fragments, index)
        self.fragments.clear()
        self.opcode = 0
        self.odd -= counted * self.script.reply_size
        return counted

    def _most(self, index: int) -> int:
        """Return how many bytes the reply to message number `index` may have, in all its fragments."""
        return len(self.script.expected(index) or b"")

    def _compare(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1, the replies it is; raises `ReplyError` unless it is that to message number `index`."""
        if index >= self.sent:
            raise doubled(index + 1)
        wanted = self.script.expected(index)
        if wanted is not None:
            why = frames.difference(self.opcode, payload, self.script.opcode, wanted)
            if why:
                raise ReplyError(f"reply {index + 1:,}: {why}", frames.contrast(payload, wanted))
        return 1
