"""The clock of another host: offset and error of the quickest answer."""

from wsbench.cluster.clocks import KEPT, Clock, Offset


def test_an_offset_is_what_was_read_against_the_middle_of_asking():
    """Asked at 1,000, answered at 1,400 by ours, in between it was 5,200 there."""
    clock = Clock()
    clock.add(1_000, 5_200, 1_400)
    assert clock.offset == Offset(4_000, 200)


def test_the_quickest_answer_counts():
    """A slow way there and a fast one back would look like a clock that is behind."""
    clock = Clock()
    clock.add(0, 9_000, 10_000)
    clock.add(20_000, 20_150, 20_200)
    clock.add(30_000, 30_100, 30_400)
    assert clock.offset == Offset(50, 100)


def test_clocks_drift_so_old_answers_are_forgotten():
    """However quick one was."""
    clock = Clock()
    clock.add(0, 7, 2)
    for number in range(KEPT):
        clock.add(1_000 * number, 1_000 * number + 30, 1_000 * number + 20)
    assert clock.offset == Offset(20, 10)
