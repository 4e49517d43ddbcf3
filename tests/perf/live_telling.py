"""What it costs an agent to tell of a second while its schedule goes on, in CPU time of its own thread.

    python tests/perf/live_telling.py

Stamps are made by hand, so nothing is measured but the teller: how many turns it takes a second, how long the
longest was, and all of them together.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
from wsbench.wire.live.teller import Teller
from wsbench.wire.timeline import SECOND_NS

CASES = ((2_000, 16), (20_000, 16), (100_000, 16), (2_000, 1_000), (20_000, 1_000))
"""Rates in msg/s and connections."""

SECONDS, LATE_NS = 5, 300_000


def turns_of(rate: int, connections: int) -> list[int]:
    """Return how many ns each turn took, over a few seconds in which every message is answered at once."""
    due = (np.arange(rate * SECONDS) * (SECOND_NS / rate)).astype(np.int64)
    ours = [SimpleNamespace(received=[], runs=[], before=0) for _ in range(connections)]
    loop: Any = SimpleNamespace(begin=0, next=0, answered=0, failed=0, lanes=None, connections=ours)
    teller, took = Teller(float(rate), due, lambda _told: None), list[int]()
    for second in range(1, SECONDS):
        for number in range(loop.next, int(np.searchsorted(due, second * SECOND_NS - LATE_NS))):
            one = ours[number % connections]
            one.received.append(int(due[number]) + LATE_NS)
            one.runs.append(1)
            loop.next = loop.answered = number + 1
        now = second * SECOND_NS
        while now < (second + 1) * SECOND_NS:
            begun = time.thread_time_ns()
            now = teller.look(loop, now)
            took.append(time.thread_time_ns() - begun)
    return took


def main() -> None:
    """Print a line for each case."""
    for rate, connections in CASES:
        took = turns_of(rate, connections)
        print(
            f"{rate:>7,} msg/s, {connections:>5,} connections: {len(took) // (SECONDS - 1)} turns a second,"
            f" the longest {max(took) / 1e6:.2f} ms, together {sum(took) / (SECONDS - 1) / 1e6:.2f} ms"
        )


if __name__ == "__main__":
    main()
