"""From stamps to seconds: every message in the second in which it was due, every reply in which it came."""

from __future__ import annotations

import numpy as np
from wsbench.driver.seconds import seconds_of
from wsbench.stats.histogram import decode
from wsbench.wire.timeline import UNANSWERED, Stamps

S = 1_000_000_000


def stamps(*messages: tuple[float, float], stopped: float = 4.0) -> Stamps:
    """Return messages that were due and answered at these seconds, a µs late; below 0 they never were."""
    due = np.array([round(one * S) for one, _ in messages], dtype=np.int64)
    came = np.array([round(one * S) if one >= 0 else UNANSWERED for _, one in messages], dtype=np.int64)
    return Stamps(due, due + 1_000, came, round(stopped * S), aborted=False, readings=())


def test_messages_and_replies_by_second():
    """A reply of the next second counts there; one that never came has waited until the end."""
    found = seconds_of(stamps((0.2, 0.3), (0.9, 1.2), (1.0, 1.1), (2.5, -1)), 0, round(2.75 * S))
    assert [(one.at_s, one.due, one.answered, one.failed) for one in found] == [
        (0, 2, 1, 0),
        (1, 1, 2, 0),
        (2, 1, 0, 1),
    ]
    assert decode(found[2].response).get_max_value() >= 1.5 * S * 0.998
    assert decode(found[0].lateness).get_max_value() == 1_000


def test_they_count_from_the_begin_of_the_step_and_end_with_it():
    """A stage of a profile has seconds of its own; a reply past its end is in the next one's."""
    found = seconds_of(stamps((0.2, 0.3), (1.6, 1.7), (2.2, 2.6)), round(1.5 * S), round(2.5 * S))
    assert [(one.at_s, one.due, one.answered) for one in found] == [(0, 2, 1)]


def test_a_second_without_messages_has_no_times():
    """It stays in its place."""
    found = seconds_of(stamps((0.2, 0.3), (2.1, 2.2)), 0, 3 * S)
    assert [(one.at_s, one.due, one.response, one.lateness) for one in found][1] == (1, 0, "", "")


def test_a_schedule_that_was_given_up_ends_there():
    """There are no seconds after it."""
    assert len(seconds_of(stamps((0.2, 0.3), stopped=1.2), 0, 5 * S)) == 2
