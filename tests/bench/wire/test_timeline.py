"""What follows from stamps: pure functions of arrays."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.wire.timeline import UNANSWERED, Order, Stamps, recoveries

MS = 1_000_000


def stamps(*messages: tuple[int, int, int], stopped: int = 1_000) -> Stamps:
    """Return stamps of messages that were due, sent and received at these moments."""
    due, sent, received = np.array(messages, dtype=np.int64).reshape(-1, 3).T
    return Stamps(due, sent, received, stopped, aborted=False, readings=())


def recovered(
    slow: Sequence[int], bursts: Sequence[int], end: int = 100, calm_from: int = 0
) -> tuple[int, ...]:
    """Return the recoveries where a message is due each ms, and some of them are slow."""
    due = np.arange(calm_from, end) * MS
    response = np.where(np.isin(due // MS, slow), 9, 1) * 1_000
    return recoveries(due, response, [one * MS for one in bursts], end * MS)


def test_times_are_from_when_it_was_due_and_from_when_it_was_sent():
    """Response is lateness and service together; what was not answered has waited until the end."""
    found = stamps((10, 12, 40), (20, 25, UNANSWERED))
    assert found.lateness.tolist() == [2, 5]
    assert found.service.tolist() == [28, 975]
    assert found.response.tolist() == [30, 980]
    assert found.answered.tolist() == [True, False]


@given(st.lists(st.tuples(*[st.integers(0, 100)] * 3), max_size=30), st.integers(0, 100), st.integers(0, 100))
def test_a_window_begins_with_its_begin_and_ends_before_its_end(
    gaps: list[tuple[int, int, int]], begin: int, end: int
):
    """Messages count by when they were due, replies by when they came: as counting one by one finds."""
    messages = sorted((due, due + late, due + late + served) for due, late, served in gaps)
    found = stamps(*messages)
    end = max(begin, end)
    part = found.due_within(begin, end)
    assert found.due[part].tolist() == [due for due, _, _ in messages if begin <= due < end]
    assert found.answered_within(begin, end) == sum(begin <= one[2] < end for one in messages)


def test_nothing_sent_is_nothing():
    """A step that was given up at once has no messages and no replies."""
    found = stamps()
    assert (len(found.response), found.answered_within(0, 9), found.starved(3, 0, 9)) == (0, 0, 0)


def test_a_connection_starves_that_was_asked_and_never_answered():
    """Message k goes over connection k mod n; one that was asked nothing in the window does not starve."""
    lost = [(due, due, UNANSWERED) for due in (0, 1, 2, 3)]
    assert stamps(*lost).starved(3, 0, 10) == 3
    assert stamps(*lost).starved(3, 2, 10) == 2  # messages 2 and 3 go over connections 2 and 0
    assert stamps((0, 0, 5), *lost[1:]).starved(3, 0, 10) == 2
    assert stamps(*lost[:3], (3, 3, 5)).starved(3, 0, 10) == 2  # connection 0 answered its second message


@pytest.mark.parametrize(
    ("slow", "bursts", "found"),
    [
        ([], [50], (1,)),
        (range(50, 60), [50], (10,)),
        (range(50, 80), [50, 70], (20, 10)),
        (range(50, 100), [50], (50,)),
        ([*range(50, 60), *range(63, 70)], [50], (20,)),  # three quick ones in between are not enough
        ([*range(50, 60), 80], [50], (10,)),  # a slow one later is another matter
        (range(50, 97), [50], (50,)),  # too few are left to tell
        ([], [], ()),
    ],
)
def test_a_burst_is_over_when_responses_are_as_before(
    slow: Sequence[int], bursts: Sequence[int], found: tuple[int, ...]
):
    """It lasts until five messages in a row are answered in under twice the median from before."""
    assert recovered(slow, bursts) == tuple(one * MS for one in found)


def test_without_calm_before_the_later_half_between_bursts_counts():
    """The median is that of the messages furthest from the bursts; the burst's own are left out."""
    assert recovered(range(50, 60), [50], calm_from=50) == (10 * MS,)


def test_messages_of_the_burst_itself_say_nothing_of_its_end():
    """The first of them is answered at once: they were all due in one moment, before there was a queue."""
    due = np.array([0, 1, 2, 3, *[4] * 50, 5, 6, 7, 8, 9, 10, 11, 12, 13]) * MS
    response = np.full(len(due), 1_000)
    response[54:57] = 5_000
    assert recoveries(due, response, [4 * MS], 14 * MS) == (4 * MS,)


def test_no_calm_no_recovery():
    """Where there is nothing to compare with, nothing is said."""
    assert recoveries(np.array([], dtype=np.int64), np.array([], dtype=np.int64), [5], 10) == ()


@pytest.mark.parametrize(
    ("now", "answered", "failed"),
    [
        (60, 0, False),  # of those that count, due from 10 on, none has waited 50
        (79, 0, False),  # 20 have, just as many as may
        (80, 0, True),
        (80, 12, False),  # two of them were answered
        (200, 100, False),
        (149, 80, False),
        (149, 60, True),
    ],
)
def test_a_limit_is_lost_when_too_many_wait(now: int, answered: int, failed: bool):
    """A message is due each ms; those of the ramp don't count, those answered no longer wait."""
    order = Order((10 * MS, 100 * MS), 0, limit_ns=50 * MS, bearable=20)
    due = [one * MS for one in range(100)]
    assert order.has_failed(due, now * MS, answered) == failed


def test_without_a_limit_nothing_is_lost():
    """However long it takes."""
    assert not Order((0, MS), 0).has_failed([0] * 100, 10**15, 0)
