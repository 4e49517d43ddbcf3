"""Which connection each message goes over: against an oracle that counts them one by one."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.lanes import Lanes, lanes_of

PARTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=1, max_size=5)


def made(parts: list[tuple[int, int]]) -> tuple[Lanes, list[int]]:
    """Return the lanes of parts of so many messages over so many places, and the place of each message."""
    ends = list(itertools.accumulate(count for count, _ in parts))
    firsts = [0, *ends]
    places = [
        number % many
        for first, (count, many) in zip(firsts, parts, strict=False)
        for number in range(first, first + count)
    ]
    return lanes_of(ends, [many for _, many in parts]), places


@given(PARTS, st.integers(0, 20), st.integers(0, 20))
def test_messages_of_a_place(parts: list[tuple[int, int]], first: int, count: int):
    """In their order, from any of them on; past the last one there is the end."""
    lanes, places = made(parts)
    for place in range(10):
        mine = [number for number, one in enumerate(places) if one == place]
        assert lanes.numbers(place, first, count).tolist() == mine[first : first + count]
        assert lanes.nth(place, first) == (mine[first] if first < len(mine) else len(places))


@given(PARTS, st.integers(0, 200), st.integers(0, 200))
def test_shares_of_what_is_due(parts: list[tuple[int, int]], first: int, last: int):
    """Each place gets what is its own, and none anything else."""
    lanes, places = made(parts)
    first, last = sorted((min(first, len(places)), min(last, len(places))))
    found = [0] * 10
    for place, count in lanes.shares(first, last):
        assert count > 0
        found[place] += count
    assert found == [places[first:last].count(place) for place in range(10)]


def test_even_lanes():
    """Message k goes over place k mod n."""
    assert Lanes.even(7, 3).numbers(1, 0, 9).tolist() == [1, 4]
    assert [Lanes.even(7, 3).nth(0, number) for number in range(4)] == [0, 3, 6, 7]
