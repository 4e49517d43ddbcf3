"""The loop that keeps many messages in flight: its fast way, and what it leaves to the connections."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.recorder import ReplyError
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.session import WireSession

SHAPES = pytest.mark.parametrize(
    "workload",
    [Workload(connections=5), Workload(connections=3, depth=4), Workload(depth=8)],
    ids=["one each", "several each", "several on one"],
)


@pytest.fixture
def session_of(scripted: Any) -> Iterator[Callable[..., WireSession]]:
    """Open a session with a scripted server."""
    with contextlib.ExitStack() as stack:

        def opened(behave: Callable[[Any], None], workload: Workload) -> WireSession:
            server = scripted(behave)
            session = WireSession(server.address, workload, payloads(workload, 1), plain=False, timeout=5)
            stack.enter_context(contextlib.closing(session))
            session.open()
            return session

        yield opened


def echo(link: Any) -> None:
    """Answer each message."""
    for message in link.messages():
        link.sock.sendall(server_frame(*message))


@SHAPES
def test_what_compares_at_once_stays_in_the_fast_way(session_of: Any, workload: Workload):
    """Slice after slice, and every connection's replies are counted."""
    session = session_of(echo, workload)
    for _ in range(3):
        found = session.run(workload.window, 100)
        assert session.fast and not session.loop.careful
        assert 100 <= len(found.latencies) < 100 + workload.window
        assert sum(found.answered) == (len(found.latencies) if workload.connections > 1 else 0)
    sent = {connection.sent for connection in session.connections}
    assert sent == {connection.done for connection in session.connections} or workload.connections > 1
    assert all(connection.sent == connection.done for connection in session.connections)


@SHAPES
def test_the_window_is_full_from_the_first_moment_to_the_last(session_of: Any, workload: Workload):
    """Time in flight over elapsed time is the window: Little's law, exactly."""
    found = session_of(echo, workload).run(workload.window, 200)
    assert found.flown == pytest.approx(workload.window * found.elapsed, rel=1e-9)


@SHAPES
def test_a_reply_in_parts_leaves_the_fast_way_for_one_slice(session_of: Any, workload: Workload):
    """The connection's connection takes care of it until all has come, and every reply counts once."""
    calm = threading.Event()

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            wire = server_frame(*message)
            cut = len(wire) if calm.is_set() or number % 5 else 10
            link.sock.sendall(wire[:cut])
            link.sock.sendall(wire[cut:])

    session = session_of(behave, workload)
    for number in range(3):
        if number == 2:
            calm.set()
        found = session.run(workload.window, 300)
        assert 300 <= len(found.latencies) < 300 + workload.window
        assert all(connection.sent == connection.done for connection in session.connections)
    assert not session.loop.careful


@SHAPES
@pytest.mark.parametrize("late", [0, 37])
def test_a_wrong_byte_is_found_and_numbered(session_of: Any, workload: Workload, late: int):
    """In the first reply as in a later one, of any connection."""

    def behave(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            said = payload if number != late else b"?" + payload[1:]
            link.sock.sendall(server_frame(opcode, said))

    session = session_of(behave, workload)
    with pytest.raises(ReplyError, match=rf"^reply {late + 1}: byte 0 of 64 came back as 0x3f"):
        session.run(workload.window, 500)


@SHAPES
def test_a_reply_too_many_is_found(session_of: Any, workload: Workload):
    """The same reply twice is no reply to the next message."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            link.sock.sendall(server_frame(*message) * (2 if number == 20 else 1))

    session = session_of(behave, workload)
    with pytest.raises(ReplyError):
        session.run(workload.window, 500)


@SHAPES
def test_a_close_in_the_middle_is_told_with_its_code(session_of: Any, workload: Workload):
    """The server's close frame comes in the place of a reply."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            if number == 9:
                link.sock.sendall(server_frame(frames.CLOSE, (1011).to_bytes(2, "big")))
            link.sock.sendall(server_frame(*message))

    with pytest.raises(ConnectionError, match="the server closed with code 1011"):
        session_of(behave, workload).run(workload.window, 500)


@SHAPES
def test_an_end_in_the_middle_is_told_with_the_replies_before_it(session_of: Any, workload: Workload):
    """Without a close frame the socket simply ends."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            if number == 9:
                link.sock.shutdown(socket.SHUT_RDWR)
                return
            link.sock.sendall(server_frame(*message))

    with pytest.raises(ConnectionError, match=r"after 9 replies|reset|Broken pipe"):
        session_of(behave, workload).run(workload.window, 500)


def test_what_the_kernel_does_not_take_is_sent_when_it_can(session_of: Any):
    """Tiny buffers and a server that reads late: messages leave in parts, none is lost."""

    def behave(link: Any) -> None:
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        echo(link)

    workload = Workload(size=4096, connections=2, depth=8)
    session = session_of(behave, workload)
    for connection in session.connections:
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    assert session.fast
    found = session.run(16, 20)
    assert 20 <= len(found.latencies) < 36
    assert session.loop.careful
