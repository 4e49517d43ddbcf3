"""The timing loop of blocking clients, with fake connections."""

import time
from collections import deque
from collections.abc import Callable

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.blocking import BlockingSession
from wsbench.measuring.recorder import ReplyError
from wsbench.records.common import Handshake
from wsbench.records.slices import numbers
from wsbench.targets.reply import Reply

Spoil = Callable[[int, object], object]


class Fake:
    """A connection that echoes; `spoil(number, reply)` may alter or raise."""

    extensions = "permessage-deflate"
    subprotocol = "chat"

    def __init__(self, spoil: Spoil) -> None:
        self.spoil = spoil
        self.queue: deque[object] = deque()
        self.deepest = self.received = self.closed = 0

    def send(self, payload: object) -> None:
        """Queue the echo."""
        self.queue.append(payload)
        self.deepest = max(self.deepest, len(self.queue))

    def receive(self) -> object:
        """Return the oldest."""
        self.received += 1
        return self.spoil(self.received, self.queue.popleft())

    def close(self) -> tuple[int, str]:
        """Count, and fail as a library may when its peer is gone."""
        self.closed += 1
        raise OSError("gone")


def session_of(
    workload: Workload, spoil: Spoil = lambda _, reply: reply, **options: Reply
) -> tuple[BlockingSession, list[Fake]]:
    """Return a session on fakes, and the fakes."""
    made: list[Fake] = []

    def connect(url: str, *, equal: bool) -> Fake:
        assert (url, equal) == ("ws://h/echo", True)
        made.append(Fake(spoil))
        return made[-1]

    data = payloads(workload, 1)
    return BlockingSession(connect, "ws://h/echo", workload, data, equal=True, **options), made


@pytest.mark.parametrize(
    "workload", [Workload(), Workload(depth=8), Workload(connections=3, depth=2)], ids=str
)
@pytest.mark.parametrize(("lead", "count"), [(3, 40), (8, 1), (6, 200)])
def test_the_window_is_kept_full(workload: Workload, lead: int, count: int):
    """Each connection has `depth` in flight, never more; all are drained; the timed count is exact."""
    session, fakes = session_of(workload)
    assert session.open() == Handshake("permessage-deflate", "chat")
    for _ in range(2):
        found = session.run(lead, count)
        assert len(found.latencies) == count
        assert lead + count <= found.exchanged < lead + count + workload.window
    assert {fake.deepest for fake in fakes} == {workload.depth}
    assert not any(fake.queue for fake in fakes)
    assert len(fakes) == workload.connections


WRONG = [
    (lambda reply: reply[:-1] + "\x00", "reply 5: byte 63 of 64 came back as 0x00"),
    (lambda reply: reply.encode(), "reply 5: binary came back for text"),
    (lambda reply: reply + "!", "reply 5: 65 bytes came back for 64"),
    (lambda reply: "", "reply 5: 0 bytes came back for 64"),
]


@pytest.mark.parametrize("workload", [Workload(), Workload(connections=3, depth=2)], ids=str)
@pytest.mark.parametrize(("spoil", "why"), WRONG)
def test_wrong_replies(workload: Workload, spoil: Callable, why: str):
    """A reply that differs in bytes, type or length ends the slice."""
    session, _ = session_of(workload, lambda number, reply: spoil(reply) if number == 5 else reply)
    session.open()
    with pytest.raises(ReplyError, match=why):
        session.run(3, 100)


def test_a_timeout_goes_through():
    """What the client raises for silence is not hidden."""

    def silent(number: int, reply: object) -> object:
        if number == 5:
            raise TimeoutError("no message within 5 s")
        return reply

    session, _ = session_of(Workload(), silent)
    session.open()
    with pytest.raises(TimeoutError, match="no message within 5 s"):
        session.run(3, 100)


def test_close_closes_all_whatever_they_raise():
    """One connection that can't close does not keep the others open."""
    session, fakes = session_of(Workload(connections=3))
    session.open()
    session.close()
    assert [fake.closed for fake in fakes] == [1, 1, 1]


SHAPES = [Workload(), Workload(text=False), Workload(connections=3, depth=2)]


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_replies_with_a_prefix(workload: Workload):
    """Each must have it; one without is wrong."""
    prefix = "Msg is " if workload.text else b"Msg is "
    rule = Reply("prefix", "Msg is ")
    session, _ = session_of(workload, lambda _, reply: prefix + reply, reply=rule)
    session.open()
    assert len(session.run(3, 40).latencies) == 40
    session, _ = session_of(Workload(), reply=rule)
    session.open()
    with pytest.raises(ReplyError, match="reply 1: 64 bytes came back for 71"):
        session.run(3, 40)


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_any_reply_counts(workload: Workload):
    """Whatever a server says, one message is one reply."""
    session, fakes = session_of(workload, lambda number, _: b"" if number % 2 else "ok", reply=Reply("any"))
    session.open()
    assert len(session.run(3, 40).latencies) == 40
    assert {fake.deepest for fake in fakes} == {workload.depth}


@pytest.mark.parametrize("workload", [*SHAPES, Workload(connections=5)], ids=str)
def test_timed_replies_are_counted_per_connection(workload: Workload):
    """Of each slice anew, and all of them; where there is one connection there is nothing to share."""
    session, _ = session_of(workload)
    session.open()
    for _ in range(2):
        found = session.run(6, 40)
        assert len(found.answered) == (workload.connections if workload.connections > 1 else 0)
        assert sum(found.answered) == (len(found.latencies) if found.answered else 0)
        assert min(found.answered, default=1) > 0


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_moments_are_kept_where_asked_for(workload: Workload):
    """Every timed reply has its own on the monotonic clock; without being asked there is none."""
    session, _ = session_of(workload)
    session.open()
    assert session.run(3, 40).received == numbers()
    session, _ = session_of(workload, moments=True)
    session.open()
    before = time.perf_counter_ns()
    found = session.run(3, 40)
    assert len(found.received) == 40
    moments = [before, *found.received, time.perf_counter_ns()]
    assert moments == sorted(moments)
