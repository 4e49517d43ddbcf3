"""The slowest messages of a round, laid over the pauses of its server."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.facts import cell_values
from wsbench.records.common import Handshake
from wsbench.records.run import Slow
from wsbench.records.slices import Slice, numbers
from wsbench.records.slowest import MANY, Pauses, Span, merged, met, slow_of
from wsbench.records.summary import summarise

SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=12).map(
    lambda pairs: [(begun, begun + size) for begun, size in pairs]
)
MESSAGES = st.lists(st.tuples(st.integers(50, 350), st.integers(1, 60)), min_size=1, max_size=60)


def share_a_moment(one: Span, other: Span) -> bool:
    """Tell whether two spans have a moment in common, their ends included."""
    return one[0] <= other[1] and other[0] <= one[1]


def naively(messages: list[tuple[int, int]], pauses: Pauses) -> Slow:
    """Look at every message and every pause; 1 % of the messages are slow, one at least."""
    lengths = sorted(latency for _, latency in messages)
    beyond = lengths[-max(1, len(lengths) // 100)]
    slow = [(received - latency, received) for received, latency in messages if latency >= beyond]
    collected = [any(share_a_moment(one, span) for span in pauses.gc) for one in slow]
    stalled = [any(share_a_moment(one, span) for span in pauses.stalls) for one in slow]
    only = [b and not a for a, b in zip(collected, stalled, strict=True)]
    return Slow(len(slow), beyond, sum(collected), sum(only))


def slices_of(messages: list[tuple[int, int]], pieces: int = 1) -> list[Slice]:
    """Return slices of messages (received, latency)."""
    return [
        Slice(
            numbers(latency for _, latency in part),
            elapsed=1,
            received=numbers(received for received, _ in part),
        )
        for part in (messages[at::pieces] for at in range(pieces))
    ]


@given(MESSAGES, SPANS, SPANS, st.integers(1, 4))
def test_it_is_what_the_double_loop_finds(
    messages: list[tuple[int, int]], gc: list[Span], stalls: list[Span], pieces: int
) -> None:
    """Whatever overlaps whatever, in whichever slices, message by message and pause by pause."""
    pauses = Pauses(tuple(gc), tuple(stalls))
    assert slow_of(slices_of(messages, pieces), pauses) == naively(messages, pauses)


@given(SPANS, st.lists(st.tuples(st.integers(0, 350), st.integers(0, 60)), max_size=60))
def test_whom_spans_meet(spans: list[Span], messages: list[Span]) -> None:
    """The same for all messages, slow or not."""
    both = [(begun, begun + size) for begun, size in messages]
    begun, ended = (np.array([one[side] for one in both], dtype=np.int64) for side in (0, 1))
    wanted = [any(share_a_moment(one, span) for span in spans) for one in both]
    assert met(begun, ended, spans).tolist() == wanted


@given(SPANS)
def test_merged_spans_are_the_same_moments_apart_and_in_order(spans: list[Span]) -> None:
    """No two have a moment in common, and none is lost or added."""
    starts, stops = merged(spans)
    assert all(stops[:-1] < starts[1:])
    after = {moment for pair in zip(starts, stops, strict=True) for moment in range(pair[0], pair[1] + 1)}
    within = {moment for begun, ended in spans for moment in range(begun, ended + 1)}
    assert after == within


@pytest.mark.parametrize(("count", "slow"), [(50, 1), (100, 1), (400, 4), (MANY - 1, 299), (MANY, 30)])
def test_the_slowest_are_one_in_a_hundred_or_of_many_one_in_a_thousand(count: int, slow: int) -> None:
    """Percentiles further out need more messages, and so do these; the limit is the latency of the last."""
    messages = [(1_000_000 + 10 * number, number + 1) for number in range(count)]
    found = slow_of(slices_of(messages), Pauses())
    assert found == Slow(slow, count - slow + 1, 0, 0)


def test_messages_that_took_as_long_are_slow_too() -> None:
    """Nobody can say which of them are the slowest."""
    found = slow_of(slices_of([(1_000 + number, 5) for number in range(200)]), Pauses())
    assert found is not None
    assert (found.messages, found.beyond_ns) == (200, 5)


def test_who_met_a_collection_is_not_counted_as_stalled() -> None:
    """A collection makes the loop stand still as well: it is the better word for it."""
    pauses = Pauses(gc=((90, 110),), stalls=((95, 112), (495, 500)))
    found = slow_of(slices_of([(100, 50), (500, 50), (900, 50), (2_000, 1)]), pauses)
    assert found == Slow(3, 50, 1, 1)


@pytest.mark.parametrize(
    "slices",
    [
        [Slice(numbers([1, 2]), elapsed=1)],
        [Slice(numbers([1, 2]), elapsed=1, received=numbers([5]))],
        [Slice(numbers(), elapsed=1)],
    ],
)
def test_without_the_moments_nothing_is_known(slices: list[Slice]) -> None:
    """Not how long ago, not in which pause."""
    assert slow_of(slices, Pauses(((0, 100),))) is None


def test_pauses_add_up() -> None:
    """Those of one turn and those of the next."""
    assert Pauses(((1, 2),), ()) + Pauses(((3, 4),), ((5, 6),)) == Pauses(((1, 2), (3, 4)), ((5, 6),))


def test_a_record_has_it_only_where_the_pauses_are_known() -> None:
    """A command or a server at a URL has none, and neither has a run that is not to be explained."""
    slices = slices_of([(100, 50), (500, 10)])
    assert summarise(0, slices, Handshake()).slow is None
    assert summarise(0, slices, Handshake(), Pauses(((60, 70),))).slow == Slow(1, 50, 1, 0)


def shares(*slow: Slow | None) -> dict[str, tuple[float, float, float]]:
    """Return the estimates of rounds with these slow messages."""
    whole = summarise(0, slices_of([(100, 50), (500, 10)]), Handshake())
    records = {number: msgspec.structs.replace(whole, slow=one) for number, one in enumerate(slow)}
    found = cell_values.estimates(records, Workload())
    return {name: (one.low, one.value, one.high) for name, one in found.items() if name.startswith("slow_")}


def test_shares_are_estimated_over_rounds_and_stay_between_none_and_all() -> None:
    """Eight rounds alike have their share; where they differ the interval ends at 0 and at 1."""
    assert shares(*[Slow(30, 1, 12, 3)] * 8) == {
        "slow_gc": pytest.approx((0.4, 0.4, 0.4)),
        "slow_stall": pytest.approx((0.1, 0.1, 0.1)),
    }
    wild = shares(*[Slow(10, 1, 10, 0), Slow(10, 1, 0, 0)] * 3)
    assert wild == {"slow_gc": pytest.approx((0, 0.5, 1)), "slow_stall": (0, 0, 0)}
    assert shares(Slow(10, 1, 5, 0))["slow_gc"] == (0, 0.5, 1)  # one round has no interval


def test_nothing_stands_in_for_a_round_that_lacks_it() -> None:
    """As with any metric."""
    assert shares(*[Slow(30, 1, 12, 3)] * 7, None) == {}
