"""What a teller says of a loop: each reply once, each message in the second in which it was due."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from wsbench.records.live import Told
from wsbench.wire.live.teller import AT_ONCE, Teller

MS = 1_000_000
S = 1_000 * MS


class Connections:
    """A loop of so many connections at which a message is due each ms, answered so many ms later."""

    def __init__(self, count: int, *, after_ms: int = 2) -> None:
        self.begin = 7 * S
        self.next = self.answered = self.failed = 0
        self.after_ms = after_ms
        self.lanes = None
        self.connections = [SimpleNamespace(received=[], runs=[], before=0) for _ in range(count)]

    def until(self, now_ms: int) -> None:
        """Answer what can be answered by then, two replies in a read where two have come."""
        self.next = now_ms
        while self.answered < now_ms - self.after_ms:
            one = self.connections[self.answered % len(self.connections)]
            one.received.append(self.begin + (self.answered + self.after_ms) * MS)
            one.runs.append(1)
            self.answered += 1


def told_by(loop: Connections, seconds: int = 3) -> list[Told]:
    """Return what is told where the loop is looked after when the teller wants it, as often as may be."""
    found: list[Told] = []
    teller = Teller(1_000.0, np.arange(seconds * 1_000, dtype=np.int64) * MS, found.append)
    now, alarm = 0, 0
    while now <= seconds * S:
        if now >= alarm:
            loop.until(now // MS)
            alarm = teller.look(loop, now)
            assert alarm > now
        now += MS
    return found


@pytest.mark.parametrize("connections", [1, 3, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE])
def test_every_second_is_told(connections: int):
    """Of many connections some are looked through at a time, so that the loop need not wait."""
    found = told_by(Connections(connections))
    assert [one.at_s for one in found[:2]] == [0, 1]
    assert [one.due for one in found] == [1_000] * len(found)
    assert abs(found[0].answered - 998) <= connections // AT_ONCE + 1
    assert found[0].waiting == 2
    for one in found:
        assert sum(one.bins.values()) == pytest.approx(one.answered, abs=connections)
        assert one.quantile(0.99) == pytest.approx(2 * MS, rel=0.02)


def test_a_reply_is_told_of_once():
    """All seconds together have all replies."""
    loop = Connections(4)
    found = told_by(loop)
    assert sum(one.answered for one in found) == loop.answered
    assert sum(sum(one.bins.values()) for one in found) == loop.answered


def test_a_server_that_is_silent():
    """There are no times, and all that was sent waits."""
    first = told_by(Connections(4, after_ms=10_000))[0]
    assert (first.answered, first.waiting, first.bins) == (0, 1_000, {})
