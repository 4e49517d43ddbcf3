"""How long a slice is: pure functions of what the warm-up showed."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..demand.workload import Workload
from ..plan.placement import is_wide
from ..plan.run import FAR_NS, Pace

LATENCY_LEAD = 3
"""Round trips at the start of a latency slice that are exchanged and compared but not timed: the cell was
asleep, and its first answers pay for waking up, not for what it does."""

LONGEST_NS = 100_000_000
"""No latency slice is made longer than this, in ns, for its samples: large messages have fewer."""

SLOW_NS = 10_000_000
"""Messages that take longer than this, in ns, do not notice that their cell was asleep."""

WARM_MESSAGES = 300
"""Messages exchanged before anything is timed: enough for an adaptive interpreter to specialise twice."""

WARM_NS = 150_000_000
"""Large messages warm up no longer than this, in ns."""

FAR_TURNS_NS, LEAST_TURNS = 1_200_000_000, 2
"""Where a server is far, a cell's turns take no longer in a round, in ns, but there are so many at least."""

FAR_BYTES = 1_000_000
"""Larger messages take as long anywhere: that says nothing about where the server is."""

TASTES, TASTES_NS = 3, 1_000_000_000

ONE = Workload()
FIRST_MESSAGES = 10
"""The very first messages of a cell, which only say how long the warm-up may be."""

WINDOWS = 4
"""A slice covers at least so many windows, for replies come in bunches; one where it is wide."""


def taste_of(workload: Workload) -> tuple[int, int]:
    """Return the lead and the count of the very first slice: so short that nobody far away takes long."""
    return workload.window, workload.window


def is_far(workload: Workload, per_message_ns: float) -> bool:
    """Whether answers take so long, given ns per message, that time and not samples bounds a round."""
    return workload.size < FAR_BYTES and per_message_ns * workload.window >= FAR_NS


def pace_of(workload: Workload, taste: Callable[[], float]) -> float:
    """Return how many ns a message takes by the first slices, which `taste` exchanges; 0 where one failed.

    A program that took the core for a while must not make a server look far: who seems to be is tasted again,
    up to TASTES times, while that takes no longer than TASTES_NS.
    """
    each = spent = 0.0
    for _ in range(TASTES):
        found = taste()
        each = min(each, found) if each else found
        spent += found * 2 * workload.window
        if not found or not is_far(workload, each) or spent > TASTES_NS:
            return each if found else 0.0
    return each


def turns_within(workload: Workload, per_message_ns: float, length: tuple[int, int], planned: int) -> int:
    """Return how many turns a cell has in a round: as planned, or fewer where it is far.

    A turn is its lead, its count (`length`) and, of several messages in flight, the window that is drained.
    """
    if not is_far(workload, per_message_ns):
        return planned
    turn = per_message_ns * (sum(length) + (workload.window if workload.window > 1 else 0))
    return min(planned, max(LEAST_TURNS, int(FAR_TURNS_NS / turn)))


def first_count(workload: Workload) -> int:
    """Return how many messages give a first idea of a cell's speed."""
    return max(FIRST_MESSAGES, workload.window * (1 if is_wide(workload) else 2))


def lead_of(workload: Workload, per_message_ns: float = 0.0) -> int:
    """Return how many replies a slice lets pass before the clock starts, given ns per message."""
    return max(LATENCY_LEAD if per_message_ns < SLOW_NS else 1, workload.window)


def count_of(workload: Workload, pace: Pace, per_message_ns: float) -> int:
    """Return how many timed messages fill a slice, given ns per message.

    A latency slice is long enough for the round to hold `latency_samples`, up to LONGEST_NS; a throughput
    slice covers whole windows, for it must begin and end alike: at least WINDOWS of them, or one where a
    single one has messages enough.
    """
    if workload.goal == "latency":
        enough = math.ceil(pace.latency_samples / pace.latency_turns)
        bearable = max(1, round(LONGEST_NS / per_message_ns))
        return max(min(enough, bearable), round(pace.latency_slice_ns / per_message_ns))
    windows = round(pace.throughput_slice_ns / per_message_ns / workload.window)
    return workload.window * max(1 if is_wide(workload) else WINDOWS, windows)


def warm_count(per_message_ns: float, workload: Workload = ONE) -> int:
    """Return how many more messages warm a cell up, given ns per message; 0 where the first ones have."""
    if is_wide(workload):
        return 0
    return max(FIRST_MESSAGES, min(WARM_MESSAGES, round(WARM_NS / per_message_ns)))
