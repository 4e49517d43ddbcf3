"""What is recorded of a process's pauses: on a clock of the test's own, and on real loops."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from wsbench.standalone import pauses
from wsbench.standalone.pauses import BEAT_NS, LATE_NS, MOST, Spans, Watch

MS = 1_000_000


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Leave the collector of the test run as it was."""
    before = list(gc.callbacks)
    yield
    gc.callbacks[:] = before


class Loop:
    """A loop whose time a test turns by hand; it is its own clock."""

    def __init__(self) -> None:
        self.now = 0
        self.due: list[tuple[int, Callable[[], None]]] = []
        self.closed = False

    def __call__(self) -> int:
        """Return the time in ns."""
        return self.now

    def call_soon_threadsafe(self, callback: Callable[[], None]) -> None:
        """Call at once, for the loop is at rest."""
        if self.closed:
            raise RuntimeError("Event loop is closed")
        callback()

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        """Call when the time has come."""
        self.due.append((self.now + round(delay * 1e9), callback))

    def turn(self, at: int) -> None:
        """Let it be `at`, and call what is due."""
        self.now = at
        due, self.due = self.due, []
        for when, callback in due:
            if when <= at:
                callback()
            else:
                self.due.append((when, callback))


def watched() -> tuple[Watch, Loop]:
    """Return a watch that follows a loop, and the loop."""
    loop = Loop()
    watch = Watch(loop)
    watch.follow(loop)  # type: ignore[arg-type]
    return watch, loop


def test_a_beat_that_comes_late_is_a_stall_from_when_it_was_due():
    """In time, up to 1 ms late, and later than that; the next beat is due after the one that came."""
    watch, loop = watched()
    assert watch.answer("watch") == {}
    loop.turn(BEAT_NS)
    loop.turn(2 * BEAT_NS + LATE_NS)
    loop.turn(10 * MS)
    loop.turn(11 * MS)
    assert watch.answer("pauses") == {"gc": [], "stalls": [(4 * MS, 10 * MS)], "lost": False}


def test_what_was_found_is_told_once():
    """The answer to the next question has only what came after."""
    watch, loop = watched()
    watch.answer("watch")
    loop.turn(9 * MS)
    assert watch.answer("pauses")["stalls"] == [(MS, 9 * MS)]
    assert watch.answer("pauses")["stalls"] == []


def test_the_heart_beats_only_while_it_is_watched():
    """Nothing is due before and after; begun again before the last beat, there is still one at a time."""
    watch, loop = watched()
    assert loop.due == []
    watch.answer("watch")
    watch.answer("pauses")
    watch.answer("watch")
    assert len(loop.due) == 1
    loop.turn(MS)
    assert len(loop.due) == 1
    watch.answer("pauses")
    loop.turn(2 * MS)
    assert loop.due == []


def test_the_last_stall_is_told_with_the_next_turn():
    """A loop that still stands when its turn ends has not come back yet."""
    watch, loop = watched()
    watch.answer("watch")
    assert watch.answer("pauses")["stalls"] == []
    loop.turn(7 * MS)
    assert watch.answer("pauses")["stalls"] == [(MS, 7 * MS)]


def test_without_a_loop_there_are_collections_alone():
    """A server of threads has no heart that could beat."""
    watch = Watch(iter(range(100)).__next__)
    assert watch.answer("watch") == {}
    gc.collect()
    found = watch.answer("pauses")
    assert (len(found["gc"]), found["stalls"]) == (1, [])


def test_a_loop_that_is_closed_is_no_error():
    """The server has ended; what watches the parent must live on to end the process."""
    watch, loop = watched()
    loop.closed = True
    assert watch.answer("watch") == {}


def test_collections_are_recorded_from_begin_to_end_while_watched():
    """Before and after nobody asks; a real collection lies between two looks at the real clock."""
    watch = Watch()
    gc.collect()
    watch.answer("watch")
    before = time.perf_counter_ns()
    gc.collect()
    after = time.perf_counter_ns()
    found = watch.answer("pauses")["gc"]
    gc.collect()
    assert watch.answer("pauses")["gc"] == []
    assert any(before <= begun < ended <= after for begun, ended in found)


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_loop_that_sleeps_is_found_on_either_loop(factory: Callable[[], asyncio.AbstractEventLoop]):
    """Asked from another thread, as the parent does: the stall ends when the sleep does, or later."""

    async def stand_still() -> tuple[int, int]:
        await asyncio.sleep(0.05)
        begun = time.perf_counter_ns()
        time.sleep(0.05)  # noqa: ASYNC251  # that is what is to be found
        ended = time.perf_counter_ns()
        await asyncio.sleep(0.05)
        return begun, ended

    with asyncio.Runner(loop_factory=factory) as runner:
        watch = Watch()
        watch.follow(runner.get_loop())
        asking = threading.Thread(target=watch.answer, args=("watch",))
        asking.start()
        asking.join()
        begun, ended = runner.run(stand_still())
        found = watch.answer("pauses")["stalls"]
    assert any(start < ended <= stop and stop > begun + 40 * MS for start, stop in found)


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**9)), max_size=30))
def test_spans_come_out_as_they_went_in(pairs: list[tuple[int, int]]):
    """In order, once."""
    spans = Spans()
    for pair in pairs:
        spans.add(*pair)
    assert (spans.take(), spans.take(), spans.full) == (pairs, [], False)


def test_of_too_many_spans_the_last_are_kept_and_it_is_told():
    """Memory has a bound; whoever asks learns that something is missing."""
    watch, loop = watched()
    watch.answer("watch")
    for number in range(1, MOST + 3):
        loop.turn(10 * MS * number)
    found = watch.answer("pauses")
    assert found["lost"]
    assert len(found["stalls"]) == MOST
    assert found["stalls"][-1] == (10 * MS * (MOST + 1) + MS, 10 * MS * (MOST + 2))
    assert not watch.answer("pauses")["lost"]


def test_it_needs_nothing_of_ours():
    """It runs where wsbench is not installed."""
    code = f"import runpy, sys; runpy.run_path({pauses.__file__!r}); assert 'wsbench' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
