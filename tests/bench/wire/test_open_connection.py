"""One connection of an open loop: its kinds, and how much goes out at once."""

import contextlib
import socket
import threading
from typing import Any

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.recorder import ReplyError
from wsbench.targets.reply import Reply
from wsbench.websocket.frames import server_frame
from wsbench.wire.open_connection import (
    ALL_BYTES,
    RUN_BYTES,
    FastOpenLoopConnection,
    OpenLoopConnection,
    open_loop_connections,
    run_length,
)
from wsbench.wire.session import WireSession


def opened(scripted: Any, behave: Any, **options: Any) -> WireSession:
    """Return an open session with a scripted server."""
    workload = Workload(size=64, connections=2, depth=8, think_us=0)
    data = payloads(workload, 1)
    session = WireSession(scripted(behave).address, workload, data, plain=False, timeout=5, **options)
    session.open()
    return session


def receive(connection: OpenLoopConnection, count: int) -> None:
    """Read until so many replies have come."""
    connection.wire.sock.setblocking(True)
    while connection.answered < count:
        connection.receive()


@pytest.mark.parametrize("size", [0, 1, 64, 70_000, 1 << 24])
@pytest.mark.parametrize("connections", [1, 100, 10_000])
def test_a_run_is_of_whole_messages_and_bounded(size: int, connections: int):
    """One message may be as large as it likes; several together are within the bounds."""
    found = run_length(size, connections)
    assert found == 1 or found * size <= min(RUN_BYTES, ALL_BYTES // connections)
    assert found >= 1


def in_halves(link: Any) -> None:
    """Answer each message in two parts."""
    for message in link.messages():
        wire = server_frame(*message)
        link.sock.sendall(wire[:9])
        link.sock.sendall(wire[9:])


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(), FastOpenLoopConnection), (Reply("any"), OpenLoopConnection)]
)
def test_replies_in_parts_count_once_they_are_whole(
    scripted: Any, reply: Reply, kind: type[OpenLoopConnection]
):
    """Known replies take the fast way where they can, others are read by their headers."""
    session = opened(scripted, in_halves, reply=reply)
    with contextlib.closing(session):
        for connection in open_loop_connections(session):
            assert type(connection) is kind
            for count in (1, 3, 8):
                connection.offer(count)
            receive(connection, 12)
            assert (sum(connection.sizes), sum(connection.runs)) == (12, 12)
            assert len(connection.sent) == len(connection.sizes) == 3
            assert len(connection.received) == len(connection.runs)
            assert connection.wire.done == connection.wire.sent == 12


def test_one_large_message_that_is_filled_in_takes_the_general_way(scripted: Any):
    """The fast way compares with bytes that are known before; the user's messages are not."""
    workload = Workload(size=0, depth=1, messages=("{n}" + "x" * 40_000,))
    session = WireSession(
        scripted(in_halves).address,
        workload,
        payloads(workload, 1),
        plain=False,
        reply=Reply("same-bytes"),
        timeout=5,
    )
    session.open()
    with contextlib.closing(session):
        (connection,) = open_loop_connections(session)
        assert type(connection) is OpenLoopConnection
        for count in (1, 2, 3):
            connection.offer(1)
            receive(connection, count)


def test_a_reply_to_nothing_is_found(scripted: Any):
    """The right bytes without a message before them."""

    def twice(link: Any) -> None:
        for message in link.messages():
            link.sock.sendall(server_frame(*message) * 2)

    session = opened(scripted, twice)
    with contextlib.closing(session):
        connection = open_loop_connections(session)[0]
        connection.offer(1)
        with pytest.raises(ReplyError):
            receive(connection, 2)


def test_what_the_kernel_does_not_take_waits(scripted: Any):
    """Nothing is sent past a message that has left in part; what comes after is held, but stamped."""
    released = threading.Event()

    def late(link: Any) -> None:
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        released.wait(5)
        for message in link.messages():
            link.sock.sendall(server_frame(*message))

    workload = Workload(size=8_000, connections=1, depth=8, think_us=0)
    session = WireSession(scripted(late).address, workload, payloads(workload, 1), plain=False, timeout=5)
    session.open()
    with contextlib.closing(session):
        (connection,) = open_loop_connections(session)
        connection.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
        connection.wire.sock.setblocking(False)
        for _ in range(8):
            connection.offer(8)
        assert connection.wire.unsent
        assert connection.held
        assert (len(connection.sent), sum(connection.sizes)) == (8, 64)
        released.set()
