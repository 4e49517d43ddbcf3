"""Keeps a core awake: spins at idle priority, and stops for as long as the core is busy.

Like server.py, which loads it, a plain file with the standard library only.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

STARVED_NS = 2_000_000
"""A spinner that did not run for so long shares its core with a busy process."""

NAP_S, PROMPT_NS, CALM = 0.001, 1_300_000, 3
"""A nap, how long one takes at most on a core with nothing else to do, and how many in a row tell so."""


def keep_awake(say: Callable[[dict[str, Any]], None], *, polite: bool = False) -> None:
    """Spin until killed.

    Even at idle priority Linux owes a process that wants to run some 0.3 % of the core, and pays in whole
    ticks: a server that is never idle stands still for 4 ms about once a second. That is little beside what
    it answers in a second, but much beside a limit on its p99. So who is `polite` naps while the core is
    busy, until it has had time for a few naps in a row.
    """
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    say({"event": "ready"})
    while not polite:
        pass
    while True:
        spin(time.perf_counter_ns)
        wait_for_calm(time.perf_counter_ns, time.sleep)


def spin(clock: Callable[[], int]) -> None:
    """Spin until another process had the core for STARVED_NS."""
    last = now = clock()
    while now - last < STARVED_NS:
        last, now = now, clock()


def wait_for_calm(clock: Callable[[], int], sleep: Callable[[float], None]) -> None:
    """Nap until several naps in a row ended when they should: on a busy core one ends with a later tick."""
    calm = 0
    while calm < CALM:
        begun = clock()
        sleep(NAP_S)
        calm = calm + 1 if clock() - begun < PROMPT_NS else 0
