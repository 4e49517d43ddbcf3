"""Connections of wire whose replies are not known byte for byte: each frame is read by its header."""

from __future__ import annotations

from ..measuring.recorder import ReplyError
from ..websocket import frames
from ..websocket.permessage_deflate import Agreement, Inflater
from ..websocket.tls import Stream
from .connection import HEAD, WireConnection
from .script import DeflateScript, Script

GROWN = 65_536
"""Bytes that a small reply may have more when it is compressed badly."""


class FramedConnection(WireConnection):
    """A connection that reads every reply by its frame header, because its bytes are not known."""

    __slots__ = ()

    def _whole(self) -> tuple[int, int]:
        """Compare what is in the buffer; return the number of whole replies and of the bytes they took."""
        return self._frame_by_frame()

    def _overflow(self, index: int) -> None:
        """Make the buffer larger where any reply is accepted."""
        if self.script.expected(index) is not None:
            super()._overflow(index)
        self._make_room(index)

    def _make_room(self, index: int) -> None:
        """Double the buffer. Raises `ReplyError` where no frame may be longer."""
        if len(self.buffer) >= frames.LONGEST:
            raise ReplyError(f"reply {index + 1:,} is longer than {frames.LONGEST:,} bytes")
        self._grow(len(self.buffer))

    def _most(self, index: int) -> int:
        """Return how many bytes a reply may have; as many as a frame where any reply is accepted."""
        return frames.LONGEST if self.script.expected(index) is None else super()._most(index)


class DeflateConnection(FramedConnection):
    """Inflates compressed replies before they are compared; where any is accepted, none is inflated.

    Without an `agreement` on deflate none may be compressed.
    """

    __slots__ = ("compressed", "inflater")
    inflater: Inflater  # there with an agreement

    def __init__(self, sock: Stream, script: Script, depth: int, agreement: Agreement | None) -> None:
        super().__init__(sock, script, depth)
        self.compressed = False  # the message under way
        if agreement:
            self.rsv = frames.RSV1
            self.inflater = Inflater(agreement.server_bits, takeover=agreement.server_takeover)

    def _most(self, index: int) -> int:
        """Return how many bytes a reply may have before it is inflated: some grow by being compressed."""
        return 2 * super()._most(index) + GROWN

    def _take(self, frame: frames.Frame, index: int) -> int:
        """Take one frame; the first of a message says whether that is compressed."""
        if frame.opcode in {frames.TEXT, frames.BINARY}:
            self.compressed = bool(frame.rsv)
        return super()._take(frame, index)

    def _compare(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1; raises `ReplyError` unless this is, inflated, the reply to message number `index`."""
        wanted = self.script.expected(index)
        if self.compressed and wanted is not None:
            payload = self.inflater.inflate(payload, len(wanted))
        return super()._compare(payload, index)


class UnevenConnection(FramedConnection):
    """Plain TCP (the floor) under messages of different sizes."""

    __slots__ = ()
    script: DeflateScript

    def _frame_by_frame(self) -> tuple[int, int]:
        """Compare what has come with what was sent; return the whole messages and the bytes they took."""
        whole, used = self.script.whole(self.done, self.filled)
        known = min(self.filled, used + HEAD)
        if self.buffer[:known] != self.script.replies(self.done, known):
            super()._frame_by_frame()
        self.odd += used - whole * self.script.reply_size
        return whole, used
