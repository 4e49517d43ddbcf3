"""Counting connections while they open."""

from collections.abc import Iterator

import pytest
from wsbench.wire import connection_counter as module
from wsbench.wire.connection_counter import ConnectionCounter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a clock (ns) that stands still but for the pauses."""
    now = [0]
    monkeypatch.setattr(module.time, "perf_counter_ns", lambda: now[0])
    monkeypatch.setattr(module.time, "sleep", lambda s: now.__setitem__(0, now[0] + round(s * 1e9)))
    return now


def test_memory_is_read_at_each_step(clock: list[int]):
    """Before the first connection, at 1, 10, 100 and all of them."""
    sizes: Iterator[int] = iter(range(1_000, 2_000, 100))
    counter = ConnectionCounter(120, lambda: next(sizes))
    for _ in range(120):
        counter.opened()
    assert counter.cost().steps == ((0, 1_000), (1, 1_100), (10, 1_200), (100, 1_300), (120, 1_400))
    assert counter.cost().connections == 120


def test_room_ends_at_the_next_step(clock: list[int]):
    """Nobody is under way past it, so that a step is exactly its number."""
    counter = ConnectionCounter(12, lambda: 5)
    rooms = []
    for _ in range(12):
        rooms.append(counter.room)
        counter.opened()
    assert rooms == [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 2, 1]


def test_pauses_are_no_part_of_the_time(clock: list[int]):
    """Three steps of 50 ms lie in the 7 ns that connecting took."""
    counter = ConnectionCounter(11, lambda: 5)
    with counter.connecting():
        for _ in range(11):
            counter.opened()
        clock[0] += 7
    assert clock[0] > 3 * 50_000_000
    assert counter.cost().connect_ns == 7


def test_time_adds_up_over_calls(clock: list[int]):
    """Measured connections first, then idle ones."""
    counter = ConnectionCounter(2, lambda: None)
    for more in (30, 12):
        with counter.connecting():
            clock[0] += more
        counter.opened()
    assert counter.cost().connect_ns == 42


def test_where_memory_is_unknown_nobody_waits(clock: list[int]):
    """No steps, no pauses, and no bound on who is under way."""
    counter = ConnectionCounter(1_000, lambda: None)
    assert counter.room == 1_000
    for _ in range(1_000):
        counter.opened()
    assert (counter.cost().steps, clock[0]) == ((), 0)
