"""From the events of a closed loop to latencies, held against a loop that keeps a queue per connection."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from wsbench.records.slices import numbers
from wsbench.wire.latencies import Events, messages_of, slice_of


def events_of(
    numbers: list[int], moments: list[int], counts: list[int], *, connections: int, depth: int
) -> Events:
    """Return events whose clock runs from the first to the last but those of the drain."""
    begun = np.arange(connections)
    arrays = (np.array(one, np.int64) for one in (numbers, moments, counts))
    return Events(*arrays, begun, depth, first=1, last=len(numbers) - connections)


@st.composite
def closed_loops(draw: st.DrawFn) -> Events:
    """Events of a loop in which every reply is followed by a message, until all is drained at the end."""
    connections, depth = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    running = draw(st.lists(st.tuples(st.integers(0, connections - 1), st.integers(0, depth)), min_size=2))
    drained = draw(st.permutations(range(connections)))
    numbers = [number for number, _ in running] + list(drained)
    counts = [count for _, count in running] + [depth] * connections
    gaps = draw(st.lists(st.integers(0, 50), min_size=len(numbers), max_size=len(numbers)))
    moments = (100 + np.cumsum(gaps)).tolist()
    found = events_of(numbers, moments, counts, connections=connections, depth=depth)
    first = draw(st.integers(1, found.last))
    return Events(found.numbers, found.moments, found.counts, found.begun, depth, first, found.last)


def naive(events: Events) -> list[tuple[int, int, int, int]]:
    """Return (connection, sent, received, event) of every message, the way a client would keep them."""
    queues = [deque([int(moment)] * events.depth) for moment in events.begun]
    found = []
    for index, (number, moment, count) in enumerate(
        zip(events.numbers, events.moments, events.counts, strict=True)
    ):
        found += [(int(number), queues[number].popleft(), int(moment), index) for _ in range(count)]
        if index < events.last:
            queues[number].extend([int(moment)] * int(count))
    return found


@given(closed_loops())
def test_every_message_has_the_stamps_that_a_queue_gives_it(events: Events):
    """Whatever order connections reply in, and however many replies come at once."""
    found = zip(*(one.tolist() for one in messages_of(events)), strict=True)
    assert sorted(found) == sorted(naive(events))


@given(closed_loops())
def test_a_slice_times_what_came_while_the_clock_ran(events: Events):
    """Latencies, time in flight and replies per connection are those of the messages one by one."""
    messages = naive(events)
    start, stop = int(events.moments[events.first - 1]), int(events.moments[events.last - 1])
    timed = [one for one in messages if events.first <= one[3] < events.last]
    found = slice_of(events, keep=True)
    assert sorted(zip(found.received, found.latencies, strict=True)) == sorted(
        (received, received - sent) for _, sent, received, _ in timed
    )
    assert (found.elapsed, found.exchanged) == (stop - start, len(messages))
    assert found.flown == sum(
        max(0, min(received, stop) - max(sent, start)) for _, sent, received, _ in messages
    )
    connections = len(events.begun)
    each = [sum(number == one[0] for one in timed) for number in range(connections)]
    assert found.answered == numbers(each if connections > 1 else [])


def test_moments_are_kept_only_where_asked_for():
    """They are as many as the latencies, or none."""
    events = events_of([0, 0, 0], [10, 30, 60], [1, 1, 1], connections=1, depth=1)
    assert (slice_of(events).latencies, slice_of(events).received) == (numbers([20]), numbers())
    assert slice_of(events, keep=True).received == numbers([30])
