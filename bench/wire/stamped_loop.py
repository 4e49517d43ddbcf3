"""The closed loops that stamp every message: on one connection, or on several."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Any

from ..demand.workload import Workload
from ..measuring.recorder import Recorder, ReplyCounter
from ..measuring.think import think_until
from ..measuring.waiting import Waiting
from ..records.slices import Slice
from ..websocket.tls import TlsSocket
from .connection import WireConnection


def run_alone(connection: WireConnection, workload: Workload, recorder: Recorder, waiting: Waiting) -> Slice:
    """Exchange a slice over one connection, then drain it; its socket blocks or not, as `waiting` needs it.

    Raises `BlockingIOError` where no reply comes in time.
    """
    think, wait, clock, receive = workload.think_ns, waiting.wait, perf_counter_ns, connection.sock.recv_into
    waiting.begin()
    connection.send(workload.depth)
    while connection.stamps:
        room = connection.room()
        wait()
        size, now = receive(room), clock()
        whole = connection.arrived(size, now, recorder)
        if whole and not recorder.done:
            if think:
                recorder.thought += think_until(recorder.last + think)
            connection.send(whole)
    waiting.end()
    return recorder.result()


def run_all(
    connections: Sequence[WireConnection],
    workload: Workload,
    recorder: Recorder,
    poller: Any,
    waiting: Waiting,
) -> Slice:
    """Exchange a slice over all connections, then drain them.

    Raises `BlockingIOError` where no reply comes in time.
    """
    waiting.begin()
    by_fd = {connection.sock.fileno(): connection for connection in connections}
    for connection in connections:
        connection.send(workload.depth)
        watch(poller, connection)
    in_flight, think = workload.window, workload.think_ns
    receive = drain if isinstance(connections[0].sock, TlsSocket) else type(connections[0]).receive
    answered = dict.fromkeys(by_fd, 0)
    while in_flight:
        for fd, events in waiting.wait():
            connection = by_fd[fd]
            if events & select.POLLOUT:
                connection.flush()
            else:
                before = len(recorder.latencies)
                whole = receive(connection, recorder)
                answered[fd] += len(recorder.latencies) - before
                in_flight -= whole
                if whole and not recorder.done:
                    if think:
                        recorder.thought += think_until(recorder.last + think)
                    connection.send(whole)
                    in_flight += whole
            if connection.unsent or events & select.POLLOUT:
                watch(poller, connection)
    waiting.end()
    return recorder.result([*answered.values()] if len(by_fd) > 1 else ())


def watch(poller: Any, connection: WireConnection) -> None:
    """Have the poller report replies, and room to send where a connection has something left to send."""
    poller.modify(connection.sock.fileno(), select.POLLIN | (select.POLLOUT if connection.unsent else 0))


def drain(connection: WireConnection, counter: ReplyCounter) -> int:
    """Receive all that has come on a connection under TLS; return how many replies that made whole.

    A poller does not report bytes that wait inside TLS, and it does report bytes that belong to no message
    (such as a session ticket).
    """
    whole, sock = 0, connection.sock
    assert isinstance(sock, TlsSocket)
    with contextlib.suppress(BlockingIOError):
        whole += connection.receive(counter)
        while sock.waiting:
            whole += connection.receive(counter)
    return whole
