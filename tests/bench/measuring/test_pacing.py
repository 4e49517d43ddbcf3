"""How long slices are."""

import pytest
from wsbench.demand.workload import Workload
from wsbench.measuring.pacing import (
    LATENCY_LEAD,
    count_of,
    first_count,
    is_far,
    lead_of,
    pace_of,
    taste_of,
    turns_within,
    warm_count,
)
from wsbench.plan.run import Pace

PACE = Pace(
    latency_turns=100, latency_slice_ns=3_000_000, latency_samples=3_200, throughput_slice_ns=50_000_000
)
ONE, WIDE, DEEP = Workload(), Workload(connections=16), Workload(connections=2, depth=32)
WIDEST = Workload(connections=10_000)


@pytest.mark.parametrize(
    ("workload", "lead"), [(ONE, LATENCY_LEAD), (WIDE, 16), (DEEP, 64), (Workload(depth=2), 3)]
)
def test_the_lead_covers_a_window(workload: Workload, lead: int):
    """As many replies pass untimed as are in flight, and never fewer than three."""
    assert lead_of(workload) == lead


@pytest.mark.parametrize(
    ("workload", "per_message_ns", "count"),
    [
        (ONE, 30_000, 100),  # 3 ms
        (ONE, 93_750, 32),  # 3 ms and the samples need as many
        (ONE, 1_000_000, 32),  # slow: the samples decide
        (WIDE, 10_000, 4_992),  # 50 ms in whole windows
        (WIDE, 50_000_000, 64),  # slow: four windows
        (DEEP, 1_000, 49_984),
        (DEEP, 1e9, 256),
        (Workload(connections=999), 1e6, 3_996),
        (Workload(connections=1_000), 1e6, 1_000),  # a window of a thousand is a slice
        (Workload(connections=10, depth=100), 1e6, 1_000),
        (WIDEST, 100_000, 10_000),
        (WIDEST, 1_000, 50_000),  # 50 ms, as anywhere
    ],
)
def test_count_fills_a_slice(workload: Workload, per_message_ns: float, count: int):
    """A slice has its time, and at least its samples (latency) or four windows (throughput), one if wide."""
    assert count_of(workload, PACE, per_message_ns) == count


@pytest.mark.parametrize(("turns", "samples"), [(100, 3_200), (7, 400), (3, 1)])
def test_a_round_holds_its_samples(turns: int, samples: int):
    """All turns of a round hold at least the samples asked for, if that takes no slice over its bound."""
    pace = Pace(latency_turns=turns, latency_samples=samples)
    assert turns * count_of(ONE, pace, 1e6) >= samples


def test_slow_messages_do_not_make_slices_long():
    """At a second each there is one a slice, and one before it."""
    assert count_of(ONE, PACE, 1e9) == 1
    assert lead_of(ONE, 1e9) == 1
    assert lead_of(WIDE, 1e9) == WIDE.window


@pytest.mark.parametrize(
    ("per_message_ns", "count"), [(1_000, 300), (500_000, 300), (1_000_000, 150), (1e9, 10)]
)
def test_warm_up_is_bounded(per_message_ns: float, count: int):
    """300 messages warm up, fewer where they take over 150 ms, never fewer than 10."""
    assert warm_count(per_message_ns) == count


@pytest.mark.parametrize(
    ("workload", "first", "warm"), [(ONE, 10, 300), (WIDE, 32, 300), (DEEP, 128, 300), (WIDEST, 10_000, 0)]
)
def test_a_wide_window_is_warm_after_its_first_messages(workload: Workload, first: int, warm: int):
    """With its lead and what is drained those are three windows: thousands of messages."""
    assert first_count(workload) == first
    assert warm_count(1_000, workload) == warm


@pytest.mark.parametrize("workload", [WIDE, DEEP, WIDEST, Workload(connections=1_000)])
def test_the_window_is_full_when_the_clock_starts(workload: Workload):
    """The lead is a window at least, so what is timed was sent after a reply, as Little's law has it."""
    assert lead_of(workload) >= workload.window
    assert count_of(workload, PACE, 1e6) % workload.window == 0


@pytest.mark.parametrize(
    ("workload", "per_message_ns", "turns"),
    [
        (ONE, 30_000, 40),  # here
        (ONE, 19_999_999, 40),
        (ONE, 100_000_000, 6),  # two answers a turn
        (ONE, 6e9, 2),  # two at least
        (WIDE, 100_000_000 / 16, 2),  # 100 ms a window, six windows a turn
        (Workload(size=1_000_000), 100_000_000, 40),  # large, not far
    ],
)
def test_turns_are_bounded_by_time_where_answers_take_long(
    workload: Workload, per_message_ns: float, turns: int
):
    """A second or so for each cell in a round."""
    length = lead_of(workload, per_message_ns), count_of(workload, PACE, per_message_ns)
    assert turns_within(workload, per_message_ns, length, 40) == turns
    assert is_far(workload, per_message_ns) == (turns < 40)


@pytest.mark.parametrize(("workload", "taste"), [(ONE, (1, 1)), (WIDE, (16, 16)), (DEEP, (64, 64))])
def test_the_first_messages_are_few(workload: Workload, taste: tuple[int, int]):
    """Two answers, or two windows."""
    assert taste_of(workload) == taste


@pytest.mark.parametrize(
    ("workload", "tastes", "each", "left"),
    [
        (ONE, [30_000, 1], 30_000, 1),
        (ONE, [90e6, 30_000, 1], 30_000, 1),  # another program had the core
        (ONE, [100e6, 101e6, 99e6, 1], 99e6, 1),
        (ONE, [6e9, 1], 6e9, 1),  # once is long enough
        (ONE, [90e6, 0, 1], 0, 1),  # it failed
        (WIDE, [100e6 / 16, 1e5, 1], 1e5, 1),
    ],
)
def test_who_seems_far_is_tasted_again(workload: Workload, tastes: list[float], each: float, left: int):
    """The least counts, for nothing makes an answer come too early."""
    coming = list(tastes)
    assert pace_of(workload, lambda: coming.pop(0)) == each
    assert len(coming) == left
