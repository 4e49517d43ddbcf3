"""The timing loop of blocking clients: one thread sweeps the connections in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any, Protocol

from ..values.slices import Slice
from ..values.workload import Workload
from .tally import Tally, check, messages_of
from .think import think_sharing_until


class Connection(Protocol):
    """What a blocking client's connection can do."""

    extensions: str
    subprotocol: str

    def send(self, payload: str | bytes) -> None:
        """Send one message."""

    def receive(self) -> str | bytes:
        """Return the next message."""

    def close(self) -> tuple[int, str]:
        """Complete the closing handshake; return the peer's close code and reason."""


class Lane:
    """One connection and what is in flight on it."""

    __slots__ = ("connection", "done", "messages", "period", "sent", "stamps")

    def __init__(self, connection: Connection, messages: Sequence[str | bytes]) -> None:
        self.connection = connection
        self.messages = messages
        self.period = len(messages)
        self.stamps: deque[int] = deque()
        self.sent = 0
        self.done = 0

    def send(self) -> None:
        """Send the next message, stamped just before."""
        message = self.messages[self.sent % self.period]
        self.sent += 1
        stamp = perf_counter_ns()
        self.connection.send(message)
        self.stamps.append(stamp)

    def receive(self, tally: Tally) -> None:
        """Receive one reply, stamped just after; then compare and count it."""
        reply = self.connection.receive()
        now = perf_counter_ns()
        check(reply, self.messages[self.done % self.period], self.done)
        self.done += 1
        tally.add(now - self.stamps.popleft(), now)


class BlockingSession:
    """The connections of one cell."""

    def __init__(
        self,
        connect: Callable[..., Any],
        url: str,
        workload: Workload,
        payloads: Sequence[bytes],
        **options: Any,
    ) -> None:
        self._connect = connect
        self._url = url
        self._workload = workload
        self._messages = messages_of(workload, payloads)
        self._options = options
        self._lanes: list[Lane] = []

    def open(self) -> dict[str, object]:
        """Connect all; return what was negotiated."""
        for _ in range(self._workload.connections):
            self._lanes.append(Lane(self._connect(self._url, **self._options), self._messages))
        first = self._lanes[0].connection
        return {"extensions": first.extensions, "subprotocol": first.subprotocol}

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        tally = Tally(lead, count, perf_counter_ns())
        for lane in self._lanes:
            for _ in range(self._workload.depth):
                lane.send()
        waiting, think = self._lanes, self._workload.think_ns
        while waiting:
            for lane in waiting:
                lane.receive(tally)
                if not tally.done:
                    if think:
                        think_sharing_until(tally.last + think)
                    lane.send()
            if tally.done:
                waiting = [lane for lane in waiting if lane.stamps]
        return tally.result()

    def close(self) -> None:
        """Close every connection; whatever goes wrong, it is over."""
        for lane in self._lanes:
            try:
                lane.connection.close()
            except Exception:  # noqa: BLE001, S112  # a library may raise anything when its peer is gone
                continue
