"""The timing loop of blocking clients: one thread sweeps the connections in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any, Protocol

from ..demand.workload import Workload
from ..records.common import Handshake
from ..records.slices import Slice
from ..targets.reply import Reply
from .library_connection import LibraryConnection, answered, begin
from .recorder import ECHO, Recorder, messages_of, recorder_of, replies_of
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


def send(connection: LibraryConnection[Connection]) -> None:
    """Send the next message, stamped just before."""
    message = connection.next_message()
    stamp = perf_counter_ns()
    connection.inner.send(message)
    connection.stamps.append(stamp)


def receive(connection: LibraryConnection[Connection], recorder: Recorder) -> None:
    """Receive one reply, stamped just after; then compare and count it."""
    reply = connection.inner.receive()
    connection.take(reply, perf_counter_ns(), recorder)


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
        self._connections: list[LibraryConnection[Connection]] = []

    def open(self) -> Handshake:
        """Connect all; return what was negotiated."""
        for _ in range(self._workload.connections):
            connection = self._connect(self._url, **self._options)
            self._connections.append(LibraryConnection(connection, self._messages, self._replies))
        first = self._connections[0].inner
        return Handshake(first.extensions, first.subprotocol)

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        recorder = recorder_of(lead, count, perf_counter_ns(), keep=self._moments)
        begin(self._connections)
        for connection in self._connections:
            for _ in range(self._workload.depth):
                send(connection)
        waiting, think = self._connections, self._workload.think_ns
        while waiting:
            for connection in waiting:
                receive(connection, recorder)
                if not recorder.done:
                    if think:
                        recorder.thought += think_sharing_until(recorder.last + think)
                    send(connection)
            if recorder.done:
                waiting = [connection for connection in waiting if connection.stamps]
        return recorder.result(answered(self._connections))

    def close(self) -> None:
        """Close every connection; whatever goes wrong, it is over."""
        for connection in self._connections:
            try:
                connection.inner.close()
            except Exception:  # noqa: BLE001, S112  # a library may raise anything when its peer is gone
                continue
