"""What keeps a core awake gets out of the way of one that is busy."""

from __future__ import annotations

import itertools

import pytest
from wsbench.standalone.spinner import CALM, NAP_S, STARVED_NS, spin, wait_for_calm

MS = 1_000_000


def test_it_spins_until_it_has_starved():
    """Short absences are those of a server that answers; one long one is a core that is busy."""
    moments = itertools.accumulate([0, 100, MS, 100, STARVED_NS - 1, 100, STARVED_NS, 100, 100])
    spin(lambda: next(moments))
    assert next(moments) == sum([MS, STARVED_NS - 1, STARVED_NS, 400])


@pytest.mark.parametrize(
    ("late_ms", "naps"),
    [
        ([0] * 9, CALM),
        ([2, 2, 0, 0, 0, 0, 0], 2 + CALM),
        ([0, 0, 1, 0, 0, 0, 0], 3 + CALM),  # one late nap, and it is not calm yet
    ],
)
def test_it_naps_until_naps_end_in_time(late_ms: list[int], naps: int):
    """On a busy core the end of a nap waits for a tick, and only several in a row that don't are believed."""
    now, taken, late = 0, 0, iter(late_ms)

    def sleep(seconds: float) -> None:
        nonlocal now, taken
        taken += 1
        now += round(seconds * 1e9) + next(late) * MS

    wait_for_calm(lambda: now, sleep)
    assert taken == naps
    assert now == taken * round(NAP_S * 1e9) + sum(late_ms[:naps]) * MS
