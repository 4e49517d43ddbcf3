"""Think time: waiting on the core, because a sleep would end up to a millisecond late."""

from __future__ import annotations

from time import perf_counter_ns, sleep


def think_until(moment: int) -> None:
    """Spin until `perf_counter_ns` reaches `moment`."""
    while perf_counter_ns() < moment:
        pass


def think_sharing_until(moment: int) -> None:
    """Spin, but let other threads run: a client's reader has to get back to `recv` meanwhile."""
    while perf_counter_ns() < moment:
        sleep(0)
