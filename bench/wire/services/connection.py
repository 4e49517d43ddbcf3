"""Connections to a service of the user's: it greets, has news, and its replies are known by a rule."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from time import perf_counter_ns
from typing import Any, NamedTuple

from ...measuring.recorder import ReplyError
from ...targets.reply import MATCHED
from ...websocket import frames
from ...websocket.closing import ended_by
from ...websocket.permessage_deflate import Agreement
from ...websocket.tls import Stream
from ..connection import WireConnection, doubled
from ..framed import DeflateConnection
from ..script import Script
from .script import ServiceScript

TOLD = 60
"""Bytes of a message that is told."""


REMEMBERED = 64
"""So many of the latest replies of a connection are remembered: one that is doubled comes soon."""


class Sent(NamedTuple):
    """A message that waits for its reply: what that must say by a rule of `MATCHED`, and when it was made."""

    payload: bytes
    asked: object
    at: int


class AnsweringConnection(DeflateConnection):
    """A connection on which more may come than replies; compressed messages are inflated, whatever they are.

    `skip` messages that come first answer nothing; `pushed` counts those that were no replies.
    """

    __slots__ = ("latest", "patience_ns", "pushed", "skip")

    def __init__(  # all that two kinds of connections share
        self,
        sock: Stream,
        script: Script,
        depth: int,
        *,
        skip: int = 0,
        timeout: float = 5.0,
        agreement: Agreement | None = None,
    ) -> None:
        super().__init__(sock, script, depth, agreement)
        self.skip = skip
        self.pushed = 0
        self.latest = b""  # the beginning of what was pushed last
        self.patience_ns = round(timeout * 1e9)

    def _compare(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1 for a reply, 0 for what was skipped or pushed. Raises as `_answer`."""
        if self.compressed:
            payload = self.inflater.inflate(payload, frames.LONGEST)
        if self.skip:
            self.skip -= 1
            return 0
        return self._answer(payload, index)

    def _answer(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1 for a reply, 0 for what is none. Raises `ReplyError` for a wrong one."""
        raise NotImplementedError

    def _push(self, payload: bytes | bytearray, oldest: int | None, awaited: str) -> int:
        """Count what came as pushed; return the replies that it is, 0.

        Raises `TimeoutError` where the oldest message has waited too long: who pushes is not silent.
        """
        self.pushed += 1
        self.latest = bytes(payload[:TOLD])
        if oldest is not None and perf_counter_ns() - oldest > self.patience_ns:
            raise TimeoutError(f"no {awaited} within {self.patience_ns / 1e9:g} s")
        return 0

    def _most(self, _index: int) -> int:
        """Return how many bytes any message may have: how long a reply is, is not known."""
        return frames.LONGEST

    def _overflow(self, index: int) -> None:
        """Make the buffer larger: how long a reply is, is not known."""
        self._make_room(index)


class ServiceConnection(AnsweringConnection):
    """A connection to a service of the user's: messages are made as they leave, replies known by a rule."""

    __slots__ = ("answered", "made_bytes", "matched", "pending", "prepared", "twice")
    script: ServiceScript

    def __init__(self, sock: Stream, script: ServiceScript, depth: int, **options: Any) -> None:
        super().__init__(sock, script, depth, **options)
        self.matched = script.reply.rule in MATCHED
        self.pending: deque[Sent] = deque()  # messages without a reply, the oldest first
        self.answered: deque[object] = deque(maxlen=REMEMBERED)  # what the latest replies said
        self.made_bytes = 0  # of all messages so far
        self.twice = 0  # messages that said the same as an earlier reply
        self.prepared: deque[tuple[bytes, bytes]] = deque()

    def _following(self, count: int) -> bytes:
        first = self.sent + len(self.prepared)
        more = range(first, first + count - len(self.prepared))
        chunks = [self.prepared.popleft() for _ in range(min(count, len(self.prepared)))]
        chunks += [self.script.next_message(number) for number in more]
        self.sent += count
        now, reply = perf_counter_ns(), self.script.reply
        self.pending.extend(
            Sent(payload, reply.asked(payload) if self.matched else None, now) for _, payload in chunks
        )
        made = b"".join(frame for frame, _ in chunks)
        self.made_bytes += len(made)
        return made

    @property
    def carried(self) -> tuple[int, int]:
        """How many messages were sent so far, and how many bytes they had as frames: they differ."""
        return self.sent, self.made_bytes

    def send(self, count: int) -> None:
        """Send, then make as many messages for the next time: of several in flight none may wait for that."""
        super().send(count)
        if self.script.depth > 1:
            first = self.sent + len(self.prepared)
            self.prepared.extend(self.script.next_message(first + number) for number in range(count))

    def _answer(self, payload: bytes | bytearray, index: int) -> int:
        """Return 1 for a reply, 0 for what was pushed. Raises `ReplyError` for a wrong reply."""
        reply = self.script.reply
        if self.matched:
            return self._match(bytes(payload))
        if not self.pending:
            raise doubled(index + 1)
        wanted = reply.expected(self.pending.popleft().payload)
        opcode = self.opcode if reply.rule == "same-bytes" else self.script.opcode
        if wanted is not None and (why := frames.difference(self.opcode, payload, opcode, wanted)):
            raise ReplyError(f"reply {index + 1:,}: {why}", frames.contrast(payload, wanted))
        return 1

    def _match(self, payload: bytes) -> int:
        """Return 1 where this is the reply to a message that waits for one, else count it as pushed."""
        said = self.script.reply.said(payload)
        for message in self.pending:
            if self.script.reply.fits(said, message.asked):
                self.pending.remove(message)
                self.answered.append(said)
                return 1
        self.twice += self.script.reply.rule == "json" and said in self.answered
        return self._push(payload, self.pending[0].at if self.pending else None, "reply")


def why_lost(
    problem: OSError, connections: Iterable[WireConnection], timeout: float, what: str = "reply"
) -> OSError:
    """Return why no reply comes: silence for `timeout` seconds, or what the server said before it ended."""
    if isinstance(problem, BlockingIOError | TimeoutError):
        return TimeoutError(f"no {what} within {timeout:g} s{told_besides(connections)}")
    if isinstance(problem, BrokenPipeError | ConnectionResetError):
        return ended_by(problem, [(one.sock, bytes(one.view[: one.filled])) for one in connections])
    return problem


def told_besides(connections: Iterable[WireConnection]) -> str:
    """Return what came that was no reply, as the end of a line, "" for nothing."""
    found = [one for one in connections if isinstance(one, AnsweringConnection) and one.pushed]
    if not found:
        return ""
    latest, count = found[-1].latest.decode(errors="replace"), besides_on(found).pushed
    rule = f" by {found[0].script.reply}" if isinstance(found[0], ServiceConnection) else ""
    return f": {count:,} messages came that are no replies{rule}, the latest beginning {latest!r}"


class Besides(NamedTuple):
    """How many messages came that were no replies, and `twice` those of them that said what one had said."""

    pushed: int
    twice: int

    def since(self, before: Besides) -> Besides:
        """Return how many came since."""
        return Besides(self.pushed - before.pushed, self.twice - before.twice)


def besides_on(connections: Iterable[WireConnection]) -> Besides:
    """Return what came so far on connections and was no reply."""
    found = [one for one in connections if isinstance(one, AnsweringConnection)]
    twice = sum(one.twice for one in found if isinstance(one, ServiceConnection))
    return Besides(sum(one.pushed for one in found), twice)
