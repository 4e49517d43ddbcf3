"""Think time is waited out, never cut short."""

import threading
from collections.abc import Callable
from time import perf_counter_ns, process_time_ns, thread_time_ns

import pytest
from wsbench.measuring.think import think_sharing_until, think_until


@pytest.mark.parametrize("think", [think_until, think_sharing_until])
@pytest.mark.parametrize("ahead_ns", [-1_000, 0, 200_000])
def test_the_moment_has_come_afterwards(think: Callable[[int], None], ahead_ns: int):
    """A moment in the past returns at once, one ahead is waited for."""
    moment = perf_counter_ns() + ahead_ns
    think(moment)
    assert perf_counter_ns() >= moment


def test_other_threads_run_while_the_think_time_is_shared():
    """A reader thread is not kept from the interpreter until the spin ends."""
    came = threading.Event()
    other = threading.Thread(target=came.set)
    other.start()
    moment = perf_counter_ns() + 20_000_000
    think_sharing_until(moment)
    assert came.is_set()
    other.join()


@pytest.mark.parametrize("think", [think_until, think_sharing_until])
def test_the_time_spent_thinking_is_returned(think: Callable[[int], int]):
    """It is subtracted from the client's CPU time, so it can't be more than has passed."""
    begun = perf_counter_ns()
    spent = think(begun + 300_000)
    assert 0 < spent <= perf_counter_ns() - begun
    assert think(begun) == 0


def test_what_other_threads_do_meanwhile_is_no_thinking():
    """It stays in the client's CPU time: a reader thread is part of the client."""
    burnt: list[int] = []

    def burn() -> None:
        until = thread_time_ns() + 3_000_000
        while thread_time_ns() < until:
            pass
        burnt.append(thread_time_ns())

    before, other = process_time_ns(), threading.Thread(target=burn)
    other.start()
    spent = think_sharing_until(perf_counter_ns() + 30_000_000)
    other.join()
    assert process_time_ns() - before - spent >= 3_000_000
    assert burnt
