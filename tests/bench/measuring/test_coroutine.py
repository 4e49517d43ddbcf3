"""The timing loop of asyncio clients, with fake connections on a real loop."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from wsbench.demand.workload import Workload, payloads
from wsbench.measuring.coroutine import CoroutineSession, while_moving
from wsbench.measuring.recorder import ReplyError
from wsbench.records.common import Handshake
from wsbench.records.slices import numbers
from wsbench.targets.reply import Reply

Spoil = Callable[[int, object], object]
SILENT = object()


class Fake:
    """A connection that echoes; `spoil(number, reply)` may alter, or fall silent for ever."""

    extensions = "permessage-deflate"
    subprotocol = "chat"

    def __init__(self, spoil: Spoil) -> None:
        self.spoil = spoil
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.deepest = self.received = self.closed = self.cancelled = 0

    async def send(self, payload: object) -> None:
        """Queue the echo."""
        self.queue.put_nowait(payload)
        self.deepest = max(self.deepest, self.queue.qsize())

    async def receive(self) -> object:
        """Return the oldest."""
        await asyncio.sleep(0)
        self.received += 1
        reply = self.spoil(self.received, await self.queue.get())
        if reply is SILENT:
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled += 1
        return reply

    async def close(self) -> tuple[int, str]:
        """Count, and fail as a library may when its peer is gone."""
        self.closed += 1
        raise OSError("gone")


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    """Run the driver's event loop."""
    with asyncio.Runner() as runner:
        yield runner


def session_of(
    loop: asyncio.Runner,
    workload: Workload,
    spoil: Spoil = lambda _, reply: reply,
    timeout: float = 10.0,
    **options: Reply,
) -> tuple[CoroutineSession, list[Fake]]:
    """Return a session on fakes, and the fakes."""
    made: list[Fake] = []

    async def connect(url: str, *, equal: bool, timeout: float) -> Fake:  # noqa: ASYNC109
        assert (url, equal) == ("ws://h/echo", True)
        assert timeout
        made.append(Fake(spoil))
        return made[-1]

    data = payloads(workload, 1)
    return CoroutineSession(
        connect, "ws://h/echo", workload, data, loop=loop, timeout=timeout, equal=True, **options
    ), made


@pytest.mark.parametrize(
    "workload", [Workload(), Workload(depth=8), Workload(connections=3, depth=2)], ids=str
)
@pytest.mark.parametrize(("lead", "count"), [(3, 40), (8, 1), (6, 200)])
def test_the_window_is_kept_full(loop: asyncio.Runner, workload: Workload, lead: int, count: int):
    """Each connection has `depth` in flight, never more; all are drained; the timed count is exact."""
    session, fakes = session_of(loop, workload)
    assert session.open() == Handshake("permessage-deflate", "chat")
    for _ in range(2):
        found = session.run(lead, count)
        assert len(found.latencies) == count
        assert lead + count <= found.exchanged < lead + count + workload.window
    assert {fake.deepest for fake in fakes} == {workload.depth}
    assert not any(fake.queue.qsize() for fake in fakes)
    assert len(fakes) == workload.connections


WRONG = [
    (lambda reply: reply[:-1] + "\x00", "reply 5: byte 63 of 64 came back as 0x00"),
    (lambda reply: reply.encode(), "reply 5: binary came back for text"),
    (lambda reply: reply + "!", "reply 5: 65 bytes came back for 64"),
    (lambda reply: "", "reply 5: 0 bytes came back for 64"),
]


@pytest.mark.parametrize(("spoil", "why"), WRONG)
def test_wrong_replies(loop: asyncio.Runner, spoil: Callable, why: str):
    """A reply that differs in bytes, type or length ends the slice."""
    session, _ = session_of(loop, Workload(), lambda number, reply: spoil(reply) if number == 5 else reply)
    session.open()
    with pytest.raises(ReplyError, match=why):
        session.run(3, 100)


@pytest.mark.parametrize(("spoil", "why"), WRONG)
def test_wrong_replies_of_one_connection_end_all(loop: asyncio.Runner, spoil: Callable, why: str):
    """One task's error comes out of the group, and the other tasks are gone."""
    hits: list[int] = []

    def once(number: int, reply: object) -> object:
        if number != 5 or hits:
            return reply
        hits.append(number)
        return spoil(reply)

    session, _ = session_of(loop, Workload(connections=3, depth=2), once)
    session.open()
    with pytest.RaisesGroup(pytest.RaisesExc(ReplyError, match=why)):
        session.run(3, 100)
    assert not asyncio.all_tasks(loop.get_loop())


@pytest.mark.parametrize("workload", [Workload(), Workload(connections=3, depth=2)], ids=str)
def test_silence_is_a_timeout(loop: asyncio.Runner, workload: Workload):
    """No reply within the bound is one TimeoutError, and nobody goes on waiting."""
    session, fakes = session_of(
        loop, workload, lambda number, reply: SILENT if number == 5 else reply, timeout=0.2
    )
    session.open()
    with pytest.raises(TimeoutError, match=r"no reply within 0.2 s"):
        session.run(3, 100)
    assert [fake.cancelled for fake in fakes] == [1] * workload.connections
    assert not asyncio.all_tasks(loop.get_loop())


def test_close_closes_all_whatever_they_raise(loop: asyncio.Runner):
    """One connection that can't close does not keep the others open."""
    session, fakes = session_of(loop, Workload(connections=3))
    session.open()
    session.close()
    assert [fake.closed for fake in fakes] == [1, 1, 1]


def test_work_that_moves_may_take_longer_than_its_bound():
    """Only standing still for the whole bound is silence."""
    moved = 0

    async def crawl() -> str:
        nonlocal moved
        for _ in range(12):
            await asyncio.sleep(0.05)
            moved += 1
        return "there"

    assert asyncio.run(while_moving(crawl(), lambda: moved, 0.2)) == "there"


def test_work_that_stands_still_times_out():
    """What went before does not help."""
    moved = 0

    async def stop() -> None:
        nonlocal moved
        moved += 1
        await asyncio.sleep(600)

    with pytest.raises(TimeoutError):
        asyncio.run(while_moving(stop(), lambda: moved, 0.2))


SHAPES = [Workload(), Workload(text=False), Workload(connections=3, depth=2)]


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_replies_with_a_prefix(loop: asyncio.Runner, workload: Workload):
    """Each must have it; one without is wrong."""
    prefix = "Msg is " if workload.text else b"Msg is "
    rule = Reply("prefix", "Msg is ")
    session, _ = session_of(loop, workload, lambda _, reply: prefix + reply, reply=rule)
    session.open()
    assert len(session.run(3, 40).latencies) == 40
    session, _ = session_of(loop, Workload(), reply=rule)
    session.open()
    with pytest.raises(ReplyError, match="reply 1: 64 bytes came back for 71"):
        session.run(3, 40)


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_any_reply_counts(loop: asyncio.Runner, workload: Workload):
    """Whatever a server says, one message is one reply."""
    session, fakes = session_of(
        loop, workload, lambda number, _: b"" if number % 2 else "ok", reply=Reply("any")
    )
    session.open()
    assert len(session.run(3, 40).latencies) == 40
    assert {fake.deepest for fake in fakes} == {workload.depth}


@pytest.mark.parametrize("workload", [*SHAPES, Workload(connections=5)], ids=str)
def test_timed_replies_are_counted_per_connection(loop: asyncio.Runner, workload: Workload):
    """Of each slice anew, and all of them; where there is one connection there is nothing to share."""
    session, _ = session_of(loop, workload)
    session.open()
    for _ in range(2):
        found = session.run(6, 40)
        assert len(found.answered) == (workload.connections if workload.connections > 1 else 0)
        assert sum(found.answered) == (len(found.latencies) if found.answered else 0)
        assert min(found.answered, default=1) > 0


@pytest.mark.parametrize("workload", SHAPES, ids=str)
def test_moments_are_kept_where_asked_for(loop: asyncio.Runner, workload: Workload):
    """Every timed reply has its own on the monotonic clock; without being asked there is none."""
    session, _ = session_of(loop, workload)
    session.open()
    assert session.run(3, 40).received == numbers()
    session, _ = session_of(loop, workload, moments=True)
    session.open()
    before = time.perf_counter_ns()
    found = session.run(3, 40)
    assert len(found.received) == 40
    moments = [before, *found.received, time.perf_counter_ns()]
    assert moments == sorted(moments)
