"""A schedule without replies: what is counted, and over which time."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import numpy as np
import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.services.one_way_loop import Read, drive_one_way
from wsbench.wire.session import WireSession
from wsbench.wire.timeline import Order, Stamps

MS = 1_000_000
NOTHING = Stamps(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0, False, ())


def serve(link: Any, delay: float = 0.0) -> None:
    """Answer pings, `delay` seconds late, and the close."""
    while frame := link.frame():
        opcode, payload = frame
        if opcode == frames.PING:
            time.sleep(delay)
            link.sock.sendall(server_frame(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            link.sock.sendall(server_frame(frames.CLOSE, payload))
            return


def drive(server: Any, patience_ns: int = 5_000 * MS, size: int = 64, bound_ns: int = 0) -> Read:
    """Send 100 messages in 100 ms, of which the last 80 count, over two connections."""
    workload = Workload(size, connections=2, depth=8, one_way=True)
    session = WireSession(
        server.address, workload, payloads(workload, 1), plain=False, reply=Reply("none"), timeout=5
    )
    due = np.arange(100, dtype=np.int64) * MS
    with contextlib.closing(session):
        session.open()
        for wire in session.connections:
            wire.bound_ns = bound_ns or wire.bound_ns
        return drive_one_way(session, due, time.perf_counter_ns(), Order((20 * MS, 100 * MS), patience_ns))


def test_all_is_read_between_two_pongs(scripted: Any) -> None:
    """Those due between the marks, about; the time is that between the answers."""
    found = drive(scripted(serve))
    assert 70 <= found.messages <= 90
    assert found.first is not None
    assert found.last is not None
    assert 20 * MS <= found.first < found.last
    assert len(found.stamps.readings) == 2
    assert not found.stamps.aborted


def test_who_does_not_answer_is_given_up(scripted: Any) -> None:
    """After the patience, counted from the end."""
    found = drive(scripted(lambda link: serve(link, 0.5)), patience_ns=100 * MS)
    assert found.stamps.aborted
    assert (found.last, found.within(80 * MS, 80)) == (None, 0)


def test_what_is_pushed_between_the_pings_ends_nothing(scripted: Any) -> None:
    """No reply is due while the messages leave, however long: the schedule has the patience."""

    def talks(link: Any) -> None:
        while frame := link.frame():
            opcode, payload = frame
            if opcode == frames.TEXT:
                link.sock.sendall(server_frame(frames.TEXT, b"noted"))
            else:
                answer = frames.PONG if opcode == frames.PING else opcode
                link.sock.sendall(server_frame(answer, payload))
            if opcode == frames.CLOSE:
                return

    found = drive(scripted(talks), bound_ns=30 * MS)
    assert found.last is not None
    assert 70 <= found.messages <= 90


@pytest.mark.parametrize(
    ("first", "last", "read"),
    [(1, 81, 80), (1, 80, 80), (1, 161, 40), (5, 805, 8), (None, None, 0)],
)
def test_a_server_that_falls_behind_reads_less(first: int | None, last: int | None, read: int) -> None:
    """In the time of the window; never more than was due."""
    ends = [None if one is None else one * MS for one in (first, last)]
    assert Read(NOTHING, 80, *ends).within(80 * MS, 80) == read


def test_a_close_without_an_answer_is_told(scripted: Any) -> None:
    """Messages count when it is answered."""

    def deaf(link: Any) -> None:
        while frame := link.frame():
            opcode, payload = frame
            if opcode == frames.PING:
                link.sock.sendall(server_frame(frames.PONG, payload))
            elif opcode == frames.CLOSE:
                return

    with pytest.raises(ConnectionError, match="the closing handshake was not answered"):
        drive(scripted(deaf))


def test_messages_that_no_buffer_takes_leave_in_their_order(scripted: Any) -> None:
    """And the pings among them."""
    found = drive(scripted(serve), size=300_000)
    assert found.last is not None
    assert found.messages > 0
