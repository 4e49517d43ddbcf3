"""The timing loop of blocking clients: one thread sweeps the connections in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any, Protocol

from ..plan.workload import Workload
from ..records.common import Handshake
from ..records.slices import Slice
from ..targets.reply import Reply
from .library_connection import Lane, answered, begin
from .recorder import ECHO, Tally, messages_of, replies_of, tally_of
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


def send(lane: Lane[Connection]) -> None:
    """Send the next message, stamped just before."""
    message = lane.next_message()
    stamp = perf_counter_ns()
    lane.connection.send(message)
    lane.stamps.append(stamp)


def receive(lane: Lane[Connection], tally: Tally) -> None:
    """Receive one reply, stamped just after; then compare and count it."""
    reply = lane.connection.receive()
    lane.take(reply, perf_counter_ns(), tally)


class BlockingSession:
    """The connections of one cell."""

    def __init__(
        self,
        connect: Callable[..., Any],
        url: str,
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        reply: Reply = ECHO,
        moments: bool = False,
        **options: Any,
    ) -> None:
        self._connect = connect
        self._url = url
        self._workload = workload
        self._messages = messages_of(workload, payloads)
        self._replies = replies_of(workload, payloads, reply)
        self._options = options
        self._moments = moments
        self._lanes: list[Lane[Connection]] = []

    def open(self) -> Handshake:
        """Connect all; return what was negotiated."""
        for _ in range(self._workload.connections):
            self._lanes.append(Lane(self._connect(self._url, **self._options), self._messages, self._replies))
        first = self._lanes[0].connection
        return Handshake(first.extensions, first.subprotocol)

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        tally = tally_of(lead, count, perf_counter_ns(), keep=self._moments)
        begin(self._lanes)
        for lane in self._lanes:
            for _ in range(self._workload.depth):
                send(lane)
        waiting, think = self._lanes, self._workload.think_ns
        while waiting:
            for lane in waiting:
                receive(lane, tally)
                if not tally.done:
                    if think:
                        tally.thought += think_sharing_until(tally.last + think)
                    send(lane)
            if tally.done:
                waiting = [lane for lane in waiting if lane.stamps]
        return tally.result(answered(self._lanes))

    def close(self) -> None:
        """Close every connection; whatever goes wrong, it is over."""
        for lane in self._lanes:
            try:
                lane.connection.close()
            except Exception:  # noqa: BLE001, S112  # a library may raise anything when its peer is gone
                continue
