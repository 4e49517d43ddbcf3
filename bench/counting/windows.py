"""The windows of one process: messages before counting, few of them, many of them, and none for a while."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from ..machine.launcher import Server
from ..plan.count import CountPlan
from .instrument import Tool, Totals, added, scaled
from .lockstep import Lockstep

SETTLE = 20
"""Messages after an instrument has begun and before the first window: it sees all code for the first time."""

WATCH_S = 0.25
"""How long a server is watched for work of its own, as the ten wakes a second of Uvicorn."""

IDLE_S = 1.0
"""How long what such a server does by itself is counted."""


ALIKE, NEAR = 5, (0.02, 2.0)
"""How many parts have to tell the same pace, and between which paces one is believed."""


class Mark(NamedTuple):
    """An edge of a window: what was counted so far, and when that was, in s."""

    totals: Totals
    seconds: float

    def since(self, earlier: Mark) -> Mark:
        """Return what was counted since an earlier mark, and how long that took."""
        return Mark(added(self.totals, earlier.totals, -1), self.seconds - earlier.seconds)


class Found(NamedTuple):
    """What a server does for one message, and what it does in a second without any."""

    message: Totals
    idle: Totals


def windows(plan: CountPlan, lockstep: Lockstep, server: Server, tool: Tool) -> Found:
    """Count a server that is ready. Raises `CountError`, `ChildError`, and what the connection raises."""

    def mark() -> Mark:
        totals = tool.totals(server)
        return Mark(totals, time.monotonic())

    lockstep.exchange(plan.warm)
    tool.begin(server)
    lockstep.exchange(SETTLE)
    first, idle = mark(), Totals()
    if lockstep.stirs(WATCH_S):
        time.sleep(IDLE_S)
        first, before = mark(), first
        alone = first.since(before)
        idle = scaled(alone.totals, 1 / alone.seconds)
    short = lockstep.exchange(plan.short * tool.longer)
    second = mark()
    long = lockstep.exchange(plan.long * tool.longer)
    third = mark()
    return per_message((short, second.since(first)), (long, third.since(second)), idle)


def per_message(short: tuple[int, Mark], long: tuple[int, Mark], idle: Totals) -> Found:
    """Return what grows with the messages, for one of them.

    It is the difference of two windows, so that edges cancel, over that of their messages. What a server does
    by itself grows with the time, and is taken off.
    """
    messages, more = long[0] - short[0], long[1].since(short[1])
    alone = {
        metric: {part: value * paced(more.totals[metric], parts) for part, value in parts.items()}
        for metric, parts in scaled(idle, more.seconds).items()
    }
    return Found(scaled(added(more.totals, alone, -1), 1 / messages), idle)


def paced(more: Mapping[str, float], alone: Mapping[str, float]) -> float:
    """Return how often a server did what it does by itself, as a multiple of how often it should have.

    `more` is what it did in all, `alone` what that is by the clock. Where cores are busy timers are late, now
    more, now less, and in a second there are ten of them or seven. Functions that nothing but timers call all
    tell by how much: it is the pace on which the most work agrees. Those that messages call as well agree on
    one that is too high to be believed. Without such parts it is 1.
    """
    weight, parts = defaultdict[float, float](float), Counter[float]()
    for part, value in alone.items():
        pace = round(more.get(part, 0.0) / value, 3) if value > 0 else 0.0
        if NEAR[0] < pace < NEAR[1]:
            weight[pace] += value
            parts[pace] += 1
    agreed = {pace: weight[pace] for pace, count in parts.items() if count >= ALIKE}
    return max(agreed, key=lambda pace: agreed[pace], default=1.0)
