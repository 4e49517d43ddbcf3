"""The open loop against scripted servers: what is due is sent, whatever the server does."""

import contextlib
import gc
import socket
import time
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import Any

import numpy as np
import pytest
from wsbench.demand.lanes import lanes_of
from wsbench.demand.workload import Workload, payloads
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.open_connection import run_length
from wsbench.wire.open_loop import drive_open
from wsbench.wire.session import WireSession
from wsbench.wire.timeline import Order, Stamps, Times

MS = 1_000_000
PATIENCE_NS = 20_000 * MS


@contextlib.contextmanager
def opened(server: Any, *, size: int = 64, connections: int = 1, **options: Any) -> Iterator[WireSession]:
    """Open a session with room for what the open loop does."""
    workload = Workload(size=size, connections=connections, depth=run_length(size, connections), think_us=0)
    session = WireSession(server.address, workload, payloads(workload, 1), plain=False, timeout=20, **options)
    with contextlib.closing(session):
        session.open()
        yield session


def each(gap_ns: int, count: int) -> Times:
    """Return a schedule with the same gap between all messages."""
    return np.arange(count, dtype=np.int64) * gap_ns


def drive(session: WireSession, due: Times, **changes: Any) -> Stamps:
    """Drive a schedule that begins now and ends with its last message."""
    end = int(due[-1]) if len(due) else 0
    order = Order(**{"marks": (0, end), "patience_ns": PATIENCE_NS, **changes})
    return drive_open(session, due, perf_counter_ns(), order)


def echo(link: Any) -> None:
    """Answer each message at once."""
    for message in link.messages():
        link.sock.sendall(server_frame(*message))


def after(count: int) -> Callable[[Any], None]:
    """Answer nothing before so many messages have come, then all, and go on like that."""

    def behave(link: Any) -> None:
        kept: list[bytes] = []
        for message in link.messages():
            kept.append(server_frame(*message))
            if len(kept) == count:
                link.sock.sendall(b"".join(kept))
                kept.clear()

    return behave


@pytest.mark.parametrize("yielding", [False, True])
@pytest.mark.parametrize("connections", [1, 3])
def test_what_is_due_is_sent_whatever_is_unanswered(scripted: Callable, connections: int, yielding: bool):
    """A server that answers only when it has all gets all: the last message leaves before the first reply."""
    with opened(scripted(after(60 // connections)), connections=connections) as session:
        found = drive(session, each(MS // 4, 60), yielding=yielding)
    assert found.answered.all()
    assert (found.lateness >= 0).all()
    assert (found.service > 0).all()
    for number in range(connections):
        assert found.sent[number::connections].max() < found.received[number::connections].min()
    assert (found.response == found.lateness + found.service).all()


def test_message_k_goes_over_connection_k_mod_n(scripted: Callable):
    """Connections take turns, in the order in which messages are due, those due at once included."""
    server = scripted(echo)
    due = np.array([0, 0, 0, 0, 0, *range(1, 6)], dtype=np.int64) * MS
    with opened(server, connections=4) as session:
        found = drive(session, due)
        assert [connection.sent for connection in session.connections] == [3, 3, 2, 2]
    assert found.answered.all()


def test_what_is_due_at_once_leaves_in_one_send(scripted: Callable):
    """All messages of a connection that are due together carry one stamp."""
    with opened(scripted(after(40))) as session:
        found = drive(session, np.zeros(40, dtype=np.int64))
    assert len(set(found.sent.tolist())) == 1
    assert found.answered.all()


def test_more_than_one_send_takes_are_sent_one_after_the_other(scripted: Callable):
    """A burst longer than the prebuilt ring goes out in runs, each message compared as ever."""
    with opened(scripted(echo)) as session:
        depth = session.workload.depth
        found = drive(session, np.zeros(3 * depth + 5, dtype=np.int64))
    assert len(found.due) == 3 * depth + 5
    assert found.answered.all()


def test_what_the_kernel_does_not_take_waits_and_counts_as_sent(scripted: Callable):
    """A server that reads late delays messages of a MiB; that is its time, not the client's lateness."""
    read: list[int] = []

    def behave(link: Any) -> None:
        time.sleep(0.2)
        for message in link.messages():
            read.append(len(message[1]))
            link.sock.sendall(server_frame(*message))

    with opened(scripted(behave), size=1 << 20) as session:
        found = drive(session, each(MS, 24))
    assert read == [1 << 20] * 24
    assert found.answered.all()
    assert found.sent.max() < found.received.min()


def _dribble(link: Any) -> None:
    """Cut the stream of replies at any place."""
    kept, size = b"", 1
    for message in link.messages():
        kept += server_frame(*message)
        while len(kept) > size:
            link.sock.sendall(kept[:size])
            kept, size = kept[size:], size % 97 + 13
        if not link.data:
            link.sock.sendall(kept)
            kept = b""


def _fragments(link: Any) -> None:
    for opcode, payload in link.messages():
        link.sock.sendall(server_frame(opcode, payload[:10], final=False))
        link.sock.sendall(server_frame(frames.CONTINUATION, payload[10:]))


def _pings(link: Any) -> None:
    for number, message in enumerate(link.messages()):
        link.sock.sendall(server_frame(frames.PING, b"%d" % number) + server_frame(*message))
    assert link.pongs == [b"%d" % number for number in range(number + 1)]


@pytest.mark.parametrize("behave", [_dribble, _fragments, _pings])
@pytest.mark.parametrize("connections", [1, 4])
def test_replies_are_read_in_every_shape(scripted: Callable, behave: Callable, connections: int):
    """Cut anywhere, in fragments, with pings between: each is compared and stamped."""
    with opened(scripted(behave), connections=connections) as session:
        found = drive(session, each(MS // 10, 200))
    assert found.answered.all()
    assert (found.service > 0).all()


def test_over_tls(scripted: Callable, tls: Any):
    """Bytes that wait inside TLS are read too, and what is left over is sent."""
    with opened(scripted(echo, tls=tls.server), connections=3, tls=tls.client) as session:
        found = drive(session, np.concatenate([each(MS // 10, 100), np.full(3_000, 20 * MS)]))
    assert found.answered.all()


def test_a_step_is_given_up_when_a_message_has_waited_too_long(scripted: Callable):
    """It ends long before its schedule; what was due and has no reply has waited until then."""
    with opened(scripted(after(1_000_000))) as session:
        found = drive(session, each(MS, 60_000), patience_ns=100 * MS)
    assert found.aborted
    assert 100 * MS < found.stopped < 50_000 * MS
    assert not found.answered.any()
    assert (found.response == found.stopped - found.due).all()
    assert len(found.due) < 60_000


def test_one_connection_that_hangs_is_enough(scripted: Callable):
    """The others' replies don't hide that one message is never answered."""
    server = scripted(lambda link: after(1_000_000)(link) if server.links.index(link) == 1 else echo(link))
    with opened(server, connections=3) as session:
        found = drive(session, each(MS, 60_000), patience_ns=100 * MS)
    assert found.aborted
    assert sorted(found.answered[number::3].any() for number in range(3)) == [False, True, True]


def test_replies_after_the_schedule_are_waited_for(scripted: Callable):
    """Nothing is due any more, but all that was sent is answered."""

    def behave(link: Any) -> None:
        for number, message in enumerate(link.messages()):
            if number == 9:
                time.sleep(0.1)
            link.sock.sendall(server_frame(*message))

    with opened(scripted(behave)) as session:
        found = drive(session, each(MS, 10))
    assert found.answered.all()
    assert not found.aborted
    assert found.received[-1] > found.due[-1] + 90 * MS


def test_the_meter_is_read_at_both_marks(scripted: Callable):
    """Each reading goes with the number of replies until then, also where nothing is due any more."""
    moments: list[int] = []
    with opened(scripted(echo)) as session:
        begin = perf_counter_ns()
        order = Order((20 * MS, 60 * MS), PATIENCE_NS)
        due = np.array([0, 1, 2, 30, 31], dtype=np.int64) * MS
        found = drive_open(session, due, begin, order, lambda: moments.append(perf_counter_ns()) or 7)
    assert [moment - begin >= mark for moment, mark in zip(moments, order.marks, strict=True)] == [True] * 2
    assert found.readings[1] == (5, 7)
    assert len(found.readings) == 2


def test_a_schedule_without_messages_lasts_its_time(scripted: Callable):
    """An agent may have nothing to send; it is there until the others end."""
    with opened(scripted(echo)) as session:
        found = drive(session, np.array([], dtype=np.int64), marks=(0, 30 * MS))
    assert found.stopped >= 30 * MS
    assert len(found.response) == 0


def test_the_session_is_left_as_it_was(scripted: Callable):
    """Closed and open loops take turns on one session, also after a connection of it was opened again."""
    server = scripted(echo)
    with opened(server, connections=2) as session:
        for _ in range(2):
            assert drive(session, each(MS // 10, 101)).answered.all()
            assert len(session.run(2, 50).latencies) >= 50
        assert gc.isenabled()
        server.links[0].sock.shutdown(socket.SHUT_RDWR)
        found = drive(session, np.concatenate([each(MS, 20), 400 * MS + each(MS, 20)]))
        assert (len(found.reopened), found.answered[20:].all(), found.answered.all()) == (1, True, False)
        assert len(session.run(2, 50).latencies) >= 50
    assert gc.isenabled()


def test_lanes_say_over_which_connections_messages_go(scripted: Callable):
    """Where their number changes on the way each message is stamped as the one that it is."""
    due = each(MS // 2, 60)
    lanes = lanes_of([20, 40, 60], [1, 4, 2])
    with opened(scripted(echo), connections=4) as session:
        found = drive(session, due, lanes=lanes)
        assert [one.sent for one in session.connections] == [20 + 5 + 10, 5 + 10, 5, 5]
    assert found.answered.all()
    assert (found.service > 0).all()
    assert (found.lateness >= 0).all()
