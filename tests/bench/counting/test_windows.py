"""What grows with the messages, and what a server does by itself."""

import pytest
from wsbench.counting.windows import Mark, paced, per_message

TIMERS = {f"timer_{one}": 10.0 + one for one in range(6)}
"""Functions that nothing but timers call: what each of them does in a second by itself."""


def test_edges_cancel_and_the_rest_is_for_one_message():
    """Whatever comes once a window is in both."""
    short = 50, Mark({"syscalls": {"read": 60.0}}, 1.0)
    long = 250, Mark({"syscalls": {"read": 260.0, "brk": 20.0}}, 3.0)
    assert per_message(short, long, {}).message == {"syscalls": {"read": 1.0, "brk": 0.1}}


def test_what_a_server_does_by_itself_is_taken_off_by_the_clock():
    """Where no part says more: 30 system calls a second, for two seconds."""
    short, long = (50, Mark({"syscalls": {"": 0.0}}, 1.0)), (250, Mark({"syscalls": {"": 260.0}}, 3.0))
    assert per_message(short, long, {"syscalls": {"": 30.0}}).message == {"syscalls": {"": 1.0}}


def test_late_timers_are_taken_off_as_often_as_they_came():
    """They ran a third more often than in the second that was watched; messages run `eval` as well."""
    ran = {name: 2 * 1.3 * value for name, value in TIMERS.items()}
    short = 50, Mark({"instructions": {}}, 1.0)
    long = 250, Mark({"instructions": {**ran, "eval": 20_000.0 + 2 * 1.3 * 500}}, 3.0)
    found = per_message(short, long, {"instructions": {**TIMERS, "eval": 500.0}}).message["instructions"]
    assert found.pop("eval") == pytest.approx(100)
    assert found == pytest.approx(dict.fromkeys(TIMERS, 0.0))


@pytest.mark.parametrize(
    ("more", "pace"),
    [
        ({name: 1.2 * value for name, value in TIMERS.items()}, 1.2),
        ({name: 4 * value for name, value in TIMERS.items()}, 1.0),
        ({name: (1 + value / 100) * value for name, value in TIMERS.items()}, 1.0),
        ({}, 1.0),
    ],
    ids=["agreed", "too-far", "each-its-own", "none"],
)
def test_the_pace_is_what_many_parts_agree_on(more: dict[str, float], pace: float):
    """Of what messages do as well, and of chance, none is believed."""
    assert paced(more, TIMERS) == pace


def test_of_two_paces_that_of_the_most_work_counts():
    """What comes once a second has one of its own."""
    clock = {f"date_{one}": 1.0 for one in range(20)}
    for pace in (0.9, 1.5):
        more = {name: 1.2 * value for name, value in TIMERS.items()} | dict.fromkeys(clock, pace)
        assert paced(more, TIMERS | clock) == 1.2


def test_what_messages_do_as_often_is_no_timer_alone():
    """A turn of the event loop is the same work for either."""
    turn = {f"turn_{one}": 12.0 for one in range(6)}
    more = {name: 0.8 * value for name, value in TIMERS.items()} | dict.fromkeys(turn, 12.0 * 2.5)
    assert paced(more, TIMERS | turn) == 0.8
