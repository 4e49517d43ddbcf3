"""What a slice counts, the same for every flavour of client."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Protocol

import msgspec

from ..demand.workload import Workload
from ..records.common import Handshake
from ..records.slices import Slice, numbers
from ..targets.reply import Reply
from ..websocket.frames import BINARY, TEXT, difference

ECHO = Reply()
"""The reply rule where none is given."""


class ReplyError(Exception):
    """A reply was not what was sent: altered, lost, doubled, out of order, or of another type."""

    def __init__(self, message: str, shown: str = "") -> None:
        super().__init__(message)
        self.shown = shown  # a piece of what was expected and of what came


class Session(Protocol):
    """The connections of one cell inside a driver."""

    def open(self) -> Handshake:
        """Connect; return what was negotiated."""
        ...

    def run(self, lead: int, count: int) -> Slice:
        """Exchange messages: `lead` untimed ones, then at least `count` timed ones, then drain."""
        ...

    def close(self) -> None:
        """Close every connection properly."""
        ...


class ReplyCounter(Protocol):
    """What a connection tells about the replies that it has read."""

    def batch(self, stamps: deque[int], size: int, now: int) -> None:
        """Count `size` replies that came together at `now`; their send times lead the queue."""


class Recorder:
    """Counts the replies of a slice and decides when it has enough.

    The clock starts at the reply that completes the lead-in and stops at the one that completes the count;
    senders go on sending until then, so that the window stays full while it is measured. What is drained
    after that is not timed, but was in flight while the clock ran: without it a connection that got no reply
    for a whole slice would count for nothing.
    """

    __slots__ = (
        *("_enough", "_lead", "_outside", "_start", "_stop", "_unfinished"),
        *("done", "exchanged", "last", "latencies", "thought"),
    )

    def __init__(self, lead: int, count: int, start: int) -> None:
        self.latencies: list[int] = []
        self.exchanged = 0
        self.done = False
        self.last = start  # when the latest reply came
        self.thought = 0  # ns spent on think time
        self._lead = lead
        self._enough = count
        self._start = start
        self._stop = start
        self._outside = 0  # ns in flight before the clock started, of messages that are timed
        self._unfinished = 0  # ns in flight while it ran, of messages that are not timed

    def add(self, latency: int, now: int) -> bool:
        """Count one reply that took `latency` ns and came at `now`; return whether it is timed."""
        self.last = now
        self.exchanged += 1
        sent = now - latency
        if self.done:
            self._unfinished += max(0, self._stop - max(sent, self._start))
            return False
        if self.exchanged <= self._lead:
            self._start = now
            return False
        self.latencies.append(latency)
        if sent < self._start:
            self._outside += self._start - sent
        if len(self.latencies) >= self._enough:
            self.done, self._stop = True, now
        return True

    def batch(self, stamps: deque[int], size: int, now: int) -> None:
        """Count `size` replies that came together at `now`; their send times lead the queue.

        They are counted whole, before the clock starts, while it runs or after: a part of them would count
        messages without the time they took.
        """
        sent = [stamps.popleft() for _ in range(size)]
        leading = self.exchanged < self._lead
        self.exchanged += size
        self.last = now
        if self.done or not size:
            self._unfinished += sum(max(0, self._stop - max(stamp, self._start)) for stamp in sent)
            return
        if leading:
            self._start = now
            return
        self.latencies += [now - stamp for stamp in sent]
        if sent[0] < self._start:  # they were sent in this order
            self._outside += sum(max(0, self._start - stamp) for stamp in sent)
        if len(self.latencies) >= self._enough:
            self.done, self._stop = True, now

    def result(self, answered: Sequence[int] = (), received: Sequence[int] = ()) -> Slice:
        """Return the slice; `answered` has the timed replies of each connection where there are several."""
        begun = perf_counter_ns()
        found = Slice(
            numbers(self.latencies),
            self._stop - self._start,
            self.exchanged,
            thought=self.thought,
            flown=sum(self.latencies) - self._outside + self._unfinished,
            answered=numbers(answered),
            received=numbers(received),
        )
        return msgspec.structs.replace(found, reckoned=perf_counter_ns() - begun)


class KeepingRecorder(Recorder):
    """A recorder that keeps the moments of the timed replies: its own class, so that others stay fast."""

    __slots__ = ("received",)

    def __init__(self, lead: int, count: int, start: int) -> None:
        super().__init__(lead, count, start)
        self.received: list[int] = []

    def add(self, latency: int, now: int) -> bool:
        """Count one reply as `Recorder` does, and keep when it came."""
        timed = super().add(latency, now)
        if timed:
            self.received.append(now)
        return timed

    def batch(self, stamps: deque[int], size: int, now: int) -> None:
        """Count replies as `Recorder` does, and keep when they came."""
        before = len(self.latencies)
        super().batch(stamps, size, now)
        self.received += [now] * (len(self.latencies) - before)

    def result(self, answered: Sequence[int] = (), received: Sequence[int] = ()) -> Slice:
        """Return the slice with the moments."""
        return super().result(answered, received or self.received)


def recorder_of(lead: int, count: int, start: int, *, keep: bool) -> Recorder:
    """Return the recorder of a slice; with `keep` it has the moments of the replies, too."""
    return (KeepingRecorder if keep else Recorder)(lead, count, start)


def messages_of(workload: Workload, payloads: Sequence[bytes]) -> tuple[str | bytes, ...]:
    """Return the payloads as a client library takes them: `str` for text, `bytes` for binary."""
    return tuple(payload.decode() if workload.text else payload for payload in payloads)


def replies_of(
    workload: Workload, payloads: Sequence[bytes], reply: Reply = ECHO
) -> tuple[str | bytes | None, ...]:
    """Return the replies that must come back as a client library hands them out, None where any will do."""
    expected = [reply.expected(payload) for payload in payloads]
    if reply.rule == "same-bytes":
        return tuple(OfAnyType(one or b"") for one in expected)
    return tuple(one.decode() if one is not None and workload.text else one for one in expected)


class OfAnyType(bytes):
    """A reply of which the bytes must be right, whether it is text or binary."""


def check(reply: object, wanted: str | bytes | None, index: int) -> None:
    """Raise `ReplyError` unless the reply is the one that must come, of the same type, or any will do."""
    if (reply == wanted and type(reply) is type(wanted)) or wanted is None:
        return
    got, sent = _as_frame(reply), _as_frame(wanted)
    if isinstance(wanted, OfAnyType):
        if got[1] == wanted:
            return
        sent = got[0], wanted
    raise ReplyError(f"reply {index + 1:,}: {difference(*got, *sent)}")


def _as_frame(message: object) -> tuple[int, bytes]:
    return (TEXT, message.encode()) if isinstance(message, str) else (BINARY, bytes(message))  # type: ignore[call-overload]
