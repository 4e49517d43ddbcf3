"""The open loop against servers that end connections, answer wrongly or refuse: what fails, what goes on."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import Any

import numpy as np
import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.recorder import ReplyError
from wsbench.targets.reply import Reply
from wsbench.websocket import frames
from wsbench.websocket.frames import server_frame
from wsbench.wire.open_connection import run_length
from wsbench.wire.open_loop import drive_open
from wsbench.wire.session import WireSession
from wsbench.wire.timeline import Order, Stamps

MS = 1_000_000
PATIENCE_NS = 20_000 * MS
EARLY, LATE = 20, 12
"""Messages that are due every 2 ms from the begin on, and as many after a pause for a new connection."""
PAUSE_NS = 400 * MS
DUE = np.concatenate([np.arange(EARLY), PAUSE_NS // (2 * MS) + np.arange(LATE)]).astype(np.int64) * 2 * MS


@contextlib.contextmanager
def session_of(server: Any, connections: int, **options: Any) -> Iterator[WireSession]:
    """Make a session with room for what the open loop does; it is not open yet."""
    workload = Workload(size=64, connections=connections, depth=run_length(64, connections), think_us=0)
    options = {"timeout": 5, **options}
    session = WireSession(server.address, workload, payloads(workload, 1), plain=False, **options)
    with contextlib.closing(session):
        yield session


def driven(server: Any, connections: int = 1, *, patience_ns: int = PATIENCE_NS, **options: Any) -> Stamps:
    """Drive the schedule from now on; whoever is not open at its begin is opened in it."""
    with session_of(server, connections, **options) as session:
        try:
            session.open()
        except OSError as problem:
            session.problem = problem
        found = drive_open(session, DUE, perf_counter_ns(), Order((0, int(DUE[-1])), patience_ns))
        assert len(session.connections) <= connections
        return found


def errors(found: Stamps) -> dict[str, int]:
    """Return all failures by kind; together they are what was due and not answered."""
    kinds = found.errors_within(0, int(DUE[-1]) + 1)
    assert sum(kinds.values()) == len(found.due) - np.count_nonzero(found.answered)
    return kinds


class Served:
    """A server whose first connection does `odd` with its sixth message; it counts its right answers."""

    def __init__(self, odd: Callable[[Any, bytes], bool], *, every: bool = False) -> None:
        self.odd = odd
        self.every = every
        self.answered = 0
        self.lock = threading.Lock()
        self.links = 0

    def __call__(self, link: Any) -> None:
        """Serve one connection."""
        with self.lock:
            self.links += 1
            first = self.links == 1 or self.every
        for number, (opcode, payload) in enumerate(link.messages()):
            if first and number == 5 and self.odd(link, payload):
                return
            if not (first and number == 5):
                with self.lock:
                    self.answered += 1
                link.sock.sendall(server_frame(opcode, payload))


def rest(link: Any) -> bool:
    """Read on without answering until the client closes, or ends the connection."""
    with contextlib.suppress(OSError, EOFError):
        for _ in link.messages():
            pass
    return True


def closes(link: Any, _payload: bytes) -> bool:
    """Close with a code, and wait for the answer."""
    link.sock.sendall(server_frame(frames.CLOSE, (1011).to_bytes(2, "big")))
    return rest(link)


def closes_without_code(link: Any, _payload: bytes) -> bool:
    """Close without a code."""
    link.sock.sendall(server_frame(frames.CLOSE, b""))
    return rest(link)


def ends(link: Any, _payload: bytes) -> bool:
    """End the stream without a close frame."""
    link.sock.shutdown(socket.SHUT_WR)
    return rest(link)


def resets(link: Any, _payload: bytes) -> bool:
    """End it with RST."""
    link.reset()
    return True


def lies(link: Any, payload: bytes) -> bool:
    """Flip a bit."""
    link.sock.sendall(server_frame(frames.TEXT, bytes([payload[0] ^ 1]) + payload[1:]))
    return rest(link)


def doubles(link: Any, payload: bytes) -> bool:
    """Answer twice."""
    link.sock.sendall(2 * server_frame(frames.TEXT, payload))
    return rest(link)


ENDS = [
    (closes, "closed 1011"),
    (closes_without_code, "closed 1005"),
    (ends, "closed 1006"),
    (resets, "reset"),
]


@pytest.mark.parametrize("reply", [Reply(), Reply("any")], ids=str)
@pytest.mark.parametrize(("odd", "kind"), ENDS)
def test_a_connection_that_ends_is_opened_again(scripted: Callable, odd: Callable, kind: str, reply: Reply):
    """What waited on it failed as what ended it, and what is due later is answered."""
    served = Served(odd)
    found = driven(scripted(served), reply=reply)
    kinds = errors(found)
    assert kinds[kind] >= 1
    assert set(kinds) <= {kind, "not connected"}
    assert np.count_nonzero(found.answered) == served.answered
    assert found.answered[:5].all()
    assert not found.answered[5]
    assert found.answered[-LATE:].all()
    assert (len(found.reopened), found.aborted, found.wrong) == (1, False, ())
    assert (found.response[~found.answered] == found.stopped - found.due[~found.answered]).all()


def test_over_tls(scripted: Callable, tls: Any):
    """The handshake of the new connection is beside the schedule, too."""
    served = Served(closes)
    found = driven(scripted(served, tls=tls.server), 2, tls=tls.client)
    assert set(errors(found)) - {"not connected"} == {"closed 1011"}
    assert np.count_nonzero(found.answered) == served.answered
    assert found.answered[-LATE:].all()


@pytest.mark.parametrize("odd", [lies, doubles])
def test_a_wrong_reply_fails_one_message(scripted: Callable, odd: Callable):
    """It is told with what was expected and what came; whoever waited behind it can't be matched any more."""
    found = driven(scripted(Served(odd)))
    kinds = errors(found)
    assert kinds.pop("wrong reply") == 1
    assert set(kinds) <= {"behind a wrong reply", "not connected"}
    assert found.answered[-LATE:].all()
    assert len(found.reopened) == 1
    if odd is lies:
        ((moment, said),) = found.wrong
        assert 0 < moment < found.reopened[0]
        assert said.startswith("reply 6: byte 0 of 64 came back as 0x")
        assert ": expected '" in said
        assert ", got '" in said


def test_a_reply_to_nothing_is_no_failed_message(scripted: Callable):
    """A server that talks before it is asked needs other words, not another connection."""
    greeted = threading.Event()

    def behave(link: Any) -> None:
        assert greeted.wait(20)
        link.sock.sendall(server_frame(frames.TEXT, b"hello"))
        rest(link)

    with session_of(scripted(behave), 1) as session:
        session.open()
        greeted.set()
        with pytest.raises(ReplyError, match="before one was sent"):
            drive_open(session, DUE + 200 * MS, perf_counter_ns(), Order((0, int(DUE[-1])), PATIENCE_NS))


def test_places_are_apart(scripted: Callable):
    """One that loses its connection takes nothing from the others, and gives them nothing."""
    served = Served(ends)
    found = driven(scripted(served), 3)
    whole = [found.answered[place::3].all() for place in range(3)]
    assert sorted(whole) == [False, True, True]
    assert np.count_nonzero(found.answered) == served.answered
    assert found.answered[-3:].all()


def test_who_refuses_is_asked_again(scripted: Callable):
    """Later and later; what is due meanwhile fails as what the server said."""
    served, answered = Served(ends), []

    def behave(link: Any) -> None:
        answered.append(link)
        if 1 < len(answered) < 6:
            link.head()
            link.sock.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            return
        link.accept()
        served(link)

    due = np.arange(400, dtype=np.int64) * 2 * MS
    with session_of(scripted(behave, raw=True), 1) as session:
        session.open()
        found = drive_open(session, due, perf_counter_ns(), Order((0, int(due[-1])), PATIENCE_NS))
        kinds = found.errors_within(0, int(due[-1]) + 1)
    assert kinds["handshake 503"] > 1
    assert set(kinds) <= {"closed 1006", "not connected", "handshake 503"}
    assert sum(kinds.values()) == 400 - served.answered
    assert (len(found.reopened), found.answered[-1]) == (1, True)
    assert len(session.times) == 2


def test_who_is_missing_at_the_begin_is_opened_in_the_schedule(scripted: Callable):
    """It was not lost, so that is no reconnect; what is due before fails as what kept it from opening."""
    asked: list[Any] = []

    def behave(link: Any) -> None:
        asked.append(link)
        if len(asked) == 2:
            link.head()
            link.sock.sendall(b"HTTP/1.1 429 Too Many Requests\r\n\r\n")
            return
        link.accept()
        for message in link.messages():
            link.sock.sendall(server_frame(*message))

    found = driven(scripted(behave, raw=True), 2)
    assert set(errors(found)) <= {"handshake 429"}
    assert (found.answered[-LATE:].all(), len(found.reopened)) == (True, 0)


def shut(server: Any) -> Callable[[Any, bytes], bool]:
    """Return what ends a connection, and lets nobody in again."""

    def odd(link: Any, payload: bytes) -> bool:
        server.append(None)
        server[0].listener.shutdown(socket.SHUT_RDWR)
        return ends(link, payload)

    return odd


def test_a_server_that_is_gone_fails_what_is_due(scripted: Callable):
    """The schedule goes on to its end, and is given up where a message would have waited too long."""
    held: list[Any] = []
    served = Served(shut(held))
    held.append(scripted(served))
    found = driven(held[0])
    assert errors(found)["refused"] >= LATE
    assert (len(found.due), found.aborted, len(found.reopened)) == (EARLY + LATE, False, 0)


@pytest.mark.parametrize("alive", [True, False])
def test_nobody_waits_for_a_server_that_does_not_come_back(scripted: Callable, alive: bool):
    """Without a connection for as long as a message may wait it is over; without a process at once."""
    held: list[Any] = []
    served = Served(shut(held))
    held.append(scripted(served))
    due = np.arange(60_000, dtype=np.int64) * MS
    with session_of(held[0], 1) as session:
        session.open()
        asked = session, due, perf_counter_ns(), Order((0, int(due[-1])), 100 * MS)
        if alive:
            found = drive_open(*asked)
            assert found.aborted
            assert found.errors_within(0, found.stopped)["refused"] > 1
        else:
            with pytest.raises(ConnectionError):
                drive_open(*asked, alive=lambda: False)


def test_no_connection_at_all_is_an_error(scripted: Callable):
    """A schedule over which nothing could be opened ends with the reason."""
    server = scripted(rest)
    server.listener.shutdown(socket.SHUT_RDWR)
    with session_of(server, 2) as session:
        due = np.arange(10, dtype=np.int64) * 5 * MS
        with pytest.raises(ConnectionRefusedError):
            drive_open(session, due, perf_counter_ns(), Order((0, int(due[-1])), PATIENCE_NS))


def test_who_never_answers_is_no_lost_connection(scripted: Callable):
    """What waits on a connection that stays open got no reply."""
    found = driven(scripted(rest), patience_ns=60 * MS)
    assert (found.aborted, len(found.reopened)) == (True, 0)
    assert list(found.errors_within(0, found.stopped)) == ["no reply"]
