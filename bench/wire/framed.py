"""Connections of wire whose replies are not known byte for byte: each frame is read by its header."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from time import perf_counter_ns
from typing import NamedTuple

from ..measuring.recorder import ReplyError
from ..targets.reply import MATCHED
from ..websocket import frames
from ..websocket.closing import ended_by
from ..websocket.permessage_deflate import Agreement, Inflater
from ..websocket.tls import Stream
from .connection import HEAD, WireConnection, doubled
from .script import DeflateScript, Script, ServiceScript

LONGEST = 64 * 1024 * 1024
"""The longest frame that is read where any reply is accepted, in bytes."""


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
        if len(self.buffer) >= LONGEST:
            raise ReplyError(f"reply {index + 1:,} is longer than {LONGEST:,} bytes")
        self._grow(len(self.buffer))


class DeflateConnection(FramedConnection):
    """Inflates compressed replies before they are compared; where any is accepted, none is inflated."""

    __slots__ = ("compressed", "inflater")

    def __init__(self, sock: Stream, script: Script, depth: int, agreement: Agreement) -> None:
        super().__init__(sock, script, depth)
        self.rsv = frames.RSV1
        self.inflater = Inflater(agreement.server_bits, takeover=agreement.server_takeover)
        self.compressed = False  # the reply under way

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


TOLD = 60
"""Bytes of a message that is told."""


class Sent(NamedTuple):
    """A message that waits for its reply: what it asked for, and when it was made ready to leave."""

    payload: bytes
    asked: object
    at: int


class ServiceConnection(FramedConnection):
    """A connection to a service of the user's: messages are made as they leave, replies known by a rule.

    `skip` messages that come first answer nothing; `pushed` counts those that no rule took for a reply.
    """

    __slots__ = ("latest", "patience_ns", "pending", "prepared", "pushed", "skip")
    script: ServiceScript

    def __init__(
        self, sock: Stream, script: ServiceScript, depth: int, *, skip: int = 0, timeout: float = 5.0
    ) -> None:
        super().__init__(sock, script, depth)
        self.pending: deque[Sent] = deque()  # messages without a reply, the oldest first
        self.prepared: deque[tuple[bytes, bytes]] = deque()
        self.skip = skip
        self.pushed = 0
        self.latest = b""  # the beginning of what was pushed last
        self.patience_ns = round(timeout * 1e9)

    def _following(self, count: int) -> bytes:
        first = self.sent + len(self.prepared)
        more = range(first, first + count - len(self.prepared))
        chunks = [self.prepared.popleft() for _ in range(min(count, len(self.prepared)))]
        chunks += [self.script.next_message(number) for number in more]
        self.sent += count
        now, reply = perf_counter_ns(), self.script.reply
        self.pending.extend(Sent(payload, reply.asked(payload), now) for _, payload in chunks)
        return b"".join(frame for frame, _ in chunks)

    def send(self, count: int) -> None:
        """Send, then make as many messages for the next time: of several in flight none may wait for that."""
        super().send(count)
        if self.script.depth > 1:
            first = self.sent + len(self.prepared)
            self.prepared.extend(self.script.next_message(first + number) for number in range(count))

    def _overflow(self, index: int) -> None:
        """Make the buffer larger: how long a reply is, is not known."""
        if len(self.buffer) >= LONGEST:
            raise ReplyError(f"reply {index + 1:,} is longer than {LONGEST:,} bytes")
        self._grow(len(self.buffer))

    def _compare(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1 for a reply, 0 for what was skipped or pushed. Raises `ReplyError` for a wrong reply."""
        if self.skip:
            self.skip -= 1
            return 0
        reply = self.script.reply
        if reply.rule in MATCHED:
            return self._matched(bytes(payload))
        if not self.pending:
            raise doubled(index + 1)
        wanted = reply.expected(self.pending.popleft().payload)
        opcode = self.opcode if reply.rule == "same-bytes" else self.script.opcode
        if wanted is not None and (why := frames.difference(self.opcode, payload, opcode, wanted)):
            raise ReplyError(f"reply {index + 1:,}: {why}")
        return 1

    def _matched(self, payload: bytes) -> int:
        """Return 1 where this is the reply to a message that waits for one, else count it as pushed.

        Raises `TimeoutError` where the oldest message has waited too long: who pushes is not silent.
        """
        said = self.script.reply.said(payload)
        for message in self.pending:
            if self.script.reply.fits(said, message.asked):
                self.pending.remove(message)
                return 1
        self.pushed += 1
        self.latest = payload[:TOLD]
        if self.pending and perf_counter_ns() - self.pending[0].at > self.patience_ns:
            raise TimeoutError(f"no reply within {self.patience_ns / 1e9:g} s")
        return 0


def why_lost(problem: OSError, connections: Iterable[WireConnection], timeout: float) -> OSError:
    """Return why no reply comes: silence for `timeout` seconds, or what the server said before it ended."""
    if isinstance(problem, BlockingIOError | TimeoutError):
        return TimeoutError(f"no reply within {timeout:g} s{told_besides(connections)}")
    if isinstance(problem, BrokenPipeError | ConnectionResetError):
        return ended_by(problem, [(one.sock, bytes(one.view[: one.filled])) for one in connections])
    return problem


def told_besides(connections: Iterable[WireConnection]) -> str:
    """Return what came that was no reply, as the end of a line, "" for nothing."""
    found = [one for one in connections if isinstance(one, ServiceConnection) and one.latest]
    if not found:
        return ""
    rule, latest = found[0].script.reply, found[-1].latest.decode(errors="replace")
    count = sum(one.pushed for one in found)
    return f": {count:,} messages came that are no replies by {rule}, the latest beginning {latest!r}"


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
        return whole, used
