"""Think time: waiting on the core, because a sleep would end up to a millisecond late."""

from __future__ import annotations

from time import perf_counter_ns, sleep, thread_time_ns


def think_until(moment: int) -> int:
    """Spin until `perf_counter_ns` reaches `moment`; return how long that took, in ns."""
    now = begun = perf_counter_ns()
    while now < moment:
        now = perf_counter_ns()
    return now - begun


def think_sharing_until(moment: int) -> int:
    """Spin the same way, but let other threads run: a client's reader has to get back to `recv`.

    Return the CPU time of this thread meanwhile: that of the others is the client's.
    """
    if perf_counter_ns() >= moment:
        return 0
    begun = thread_time_ns()
    while perf_counter_ns() < moment:
        sleep(0)
    return thread_time_ns() - begun
