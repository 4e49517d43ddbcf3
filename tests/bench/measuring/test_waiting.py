"""Waiting for replies, on a clock and a poller that are scripted, and on real sockets."""

import select
import socket
from collections.abc import Iterator

import pytest
from wsbench.measuring import waiting
from wsbench.measuring.waiting import Blocking, Polling, Sleeping

READY = [(7, select.POLLIN)]


class Machine:
    """A poller that finds something at one moment, and clocks that go on with every poll."""

    def __init__(self, at: int, each: int = 100) -> None:
        self.now = 0
        self.used = 0
        self.at = at
        self.each = each
        self.stolen = 0
        self.polls: list[int] = []

    def poll(self, timeout: float, most: int = 1) -> list[tuple[int, int]]:
        """Poll, which takes time and CPU time, and tells of the one connection."""
        assert (timeout, most) == (0, 1)
        self.polls.append(self.now)
        self.work(self.each)
        self.now, self.stolen = self.now + self.stolen, 0  # somebody else had the core
        return READY if self.now > self.at else []

    def work(self, ns: int) -> None:
        """Use the processor."""
        self.now += ns
        self.used += ns

    def clock(self) -> int:
        """Return the time, which goes on by 1 ns."""
        self.work(1)
        return self.now


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Return a machine whose clocks the module reads."""
    one = Machine(at=5_000)
    monkeypatch.setattr(waiting, "perf_counter_ns", one.clock)
    monkeypatch.setattr(waiting, "thread_time_ns", lambda: one.used)
    return one


def test_polling_asks_until_something_is_there(machine: Machine):
    """Again and again, without a pause."""
    assert Polling(machine, 1.0, 0).wait() == READY
    assert len(machine.polls) == 50


def test_polling_keeps_a_gap_after_what_it_found(machine: Machine):
    """However much is there already."""
    polling, machine.at = Polling(machine, 1.0, 20_000), -1
    polling.wait()
    found = machine.now
    polling.wait()
    assert machine.polls[-1] >= found + 20_000 > machine.polls[-1] - 100


def test_polling_gives_up_in_time(machine: Machine):
    """Not at the first silence, nor later than a bunch of polls past the timeout."""
    machine.at = 10**9
    with pytest.raises(BlockingIOError):
        Polling(machine, 0.001, 0).wait()
    assert 10**6 <= machine.now <= 10**6 + (waiting.LOOKS + 1) * machine.each


def test_only_waiting_is_counted(machine: Machine):
    """Neither what is done between two waits nor the time in which others had the core."""
    polling, spun = Polling(machine, 1.0, 0), 0
    for _ in range(3):
        begun, machine.at = machine.used, machine.now + 902_000
        machine.stolen = 900_000
        polling.wait()
        spun += machine.used - begun
        machine.work(40_000)
    polling.end()
    assert abs(polling.spun_ns - spun) <= 10


def test_what_lies_between_slices_is_not_counted(machine: Machine):
    """Begin forgets it."""
    polling = Polling(machine, 1.0, 0)
    machine.work(10**6)
    polling.begin()
    polling.end()
    assert polling.spun_ns <= 10


@pytest.mark.parametrize("kind", [Sleeping, Polling])
def test_both_find_what_came_on_a_real_socket(kind: type[Sleeping | Polling]):
    """And are silent where nothing does."""
    poller = getattr(select, "epoll", select.poll)()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        poller.register(ours.fileno(), select.POLLIN)
        one = kind(poller, 0.02)
        with pytest.raises(BlockingIOError):
            one.wait()
        theirs.send(b"x")
        one.begin()
        assert one.wait() == [(ours.fileno(), select.POLLIN)]
        one.end()
    assert (one.spun_ns > 0) == (kind is Polling)


def test_a_socket_that_blocks_waits_by_itself():
    """Nothing is asked of a poller, and nothing spent."""
    one = Blocking()
    one.begin()
    assert one.wait() == []
    one.end()
    assert one.spun_ns == 0
