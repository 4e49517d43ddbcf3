"""From stamps of system calls to one of each message, over all the connections that a place has had."""

from types import SimpleNamespace
from typing import Any

from wsbench.demand.lanes import Lanes
from wsbench.wire.reconnecting.gap import Gap
from wsbench.wire.reconnecting.stamping import mean_sizes, stamps_of


def life(**fields: Any) -> Any:
    """Return what is read of a connection."""
    usual: dict[str, Any] = {"before": 0, "sent": [], "sizes": [], "received": [], "runs": [], "failures": []}
    return SimpleNamespace(**{**usual, **fields})


def gap(before: int, moments: list[int], kind: str) -> Gap:
    """Return a gap in which one message was due at each moment."""
    one = Gap(kind, lambda _: None)
    one.before, one.sent, one.sizes, one.failures = (
        before,
        moments,
        [1] * len(moments),
        [(kind, len(moments))],
    )
    return one


def test_a_place_goes_on_where_its_last_connection_ended():
    """Two places; the first loses its connection with two messages in flight, and two are due in the gap."""
    first = life(sent=[110, 120], sizes=[2, 1], received=[115], runs=[1], failures=[("reset", 2)])
    second = life(before=5, sent=[150], sizes=[1], received=[156], runs=[1])
    other = life(sent=[111, 131], sizes=[3, 2], received=[117, 137], runs=[3, 1])
    lives = [[first, gap(3, [130, 140], "not connected"), second], [other]]
    sent, received, why, kinds = stamps_of(lives, Lanes.even(11, 2), begin=100, stopped=90)
    assert kinds == ["no reply", "reset", "not connected"]
    assert sent[::2].tolist() == [10, 10, 20, 30, 40, 50]
    assert received[::2].tolist() == [15, -1, -1, -1, -1, 56]
    assert why[::2].tolist() == [0, 1, 1, -2, -2, 0]
    assert sent[1::2].tolist() == [11, 11, 11, 31, 31]
    assert received[1::2].tolist() == [17, 17, 17, 37, -1]
    assert not why[1::2].any()


def test_what_was_never_offered_counts_as_sent_at_the_end():
    """It waits in the queue when the schedule is given up."""
    sent, received, why, kinds = stamps_of([[life()]], Lanes.even(2, 1), begin=100, stopped=90)
    assert (sent.tolist(), received.tolist(), why.tolist(), kinds) == (
        [90, 90],
        [-1, -1],
        [0, 0],
        ["no reply"],
    )


def test_sizes_are_means():
    """Over all connections; of nothing they are 0."""
    wires: list[Any] = [
        SimpleNamespace(carried=(3, 30), done=1, received_bytes=8),
        SimpleNamespace(carried=(1, 14), done=1, received_bytes=10),
    ]
    assert mean_sizes(wires) == (11, 9)
    assert mean_sizes([]) == (0, 0)
