"""Cells of many connections: their processes, their steps, and what a connection costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import linregress
from wsbench.values.crowds import (
    CROWD,
    Place,
    connect_rate,
    crowd_estimates,
    held_per_connection,
    is_wide,
    most_open,
    places_of,
    slope,
    stands_apart,
    steps_of,
)
from wsbench.values.plan import Cell
from wsbench.values.schema import Crowd
from wsbench.values.workload import Workload

ONE, MANY = Workload(), Workload(connections=CROWD)
STEPS = ((0, 900), (1, 2_000), (10, 2_090), (100, 2_990))
"""10 bytes a connection, and 1,090 that come with the first."""


@pytest.mark.parametrize(
    ("total", "steps"),
    [
        (1, (1,)),
        (9, (1, 9)),
        (10, (1, 10)),
        (300, (1, 10, 100, 300)),
        (1_000, (1, 10, 100, 1_000)),
        (10_001, (1, 10, 100, 1_000, 10_000, 10_001)),
    ],
)
def test_steps_are_powers_of_ten_and_the_total(total: int, steps: tuple[int, ...]) -> None:
    """Each once, in order."""
    assert steps_of(total) == steps


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 10**11)),
        min_size=2,
        max_size=8,
        unique_by=lambda s: s[0],
    )
)
def test_the_slope_is_that_of_least_squares(steps: list[tuple[int, int]]) -> None:
    """As scipy has it; what was there before the first connection makes no difference."""
    wanted = linregress(*np.array(steps, float).T).slope
    assume(abs(wanted) > 1e-6)
    assert slope(steps) == pytest.approx(wanted, rel=1e-6, abs=1e-3)
    assert slope([(0, 10**9), *steps]) == slope(steps)


@pytest.mark.parametrize("steps", [(), ((0, 5),), ((0, 5), (1, 6)), ((1, 6), (1, 7))])
def test_one_step_has_no_slope(steps: tuple[tuple[int, int], ...]) -> None:
    """Before and one connection are too few."""
    assert slope(steps) is None


def test_what_a_crowd_cost() -> None:
    """Connections a second, and the bytes that are left: fewer than before is a number, too."""
    crowd = Crowd(100, 50_000_000, STEPS, held=1_400)
    assert connect_rate(crowd) == 2_000
    assert held_per_connection(crowd) == 5
    assert held_per_connection(Crowd(100, 1, STEPS, held=800)) == -1


@pytest.mark.parametrize(
    "crowd", [Crowd(100, 1), Crowd(100, 1, STEPS), Crowd(100, 1, STEPS[1:], 9), Crowd(9, 1, (), 9)]
)
def test_what_is_left_is_unknown_without_both_ends(crowd: Crowd) -> None:
    """It takes the memory before the first connection and after the last was closed."""
    assert held_per_connection(crowd) is None


def test_estimates_are_over_rounds() -> None:
    """Memory on the plain scale, where it may be 0 or less; what one round lacks is left out."""
    rounds = [Crowd(100, 50_000_000, STEPS, held) for held in (900, 900, 800, 1_000)]
    found = crowd_estimates(rounds)
    assert {name: estimate.n for name, estimate in found.items()} == dict.fromkeys(found, 4)
    assert found["connect_rate"].value == pytest.approx(2_000)
    assert found["rss_per_connection"].value == pytest.approx(10)
    assert (found["held_per_connection"].low < 0, found["held_per_connection"].value) == (True, 0)
    assert set(crowd_estimates([*rounds, Crowd(100, 1)])) == {"connect_rate"}
    assert crowd_estimates([]) == {}


@pytest.mark.parametrize(
    ("workload", "apart"),
    [
        (ONE, False),
        (Workload(connections=16, depth=100), False),
        (MANY, True),
        (Workload(idle=1), True),
        (Workload(slow_readers=1), True),
    ],
)
def test_who_stands_apart(workload: Workload, apart: bool) -> None:
    """Many connections, or any that nobody measures."""
    assert stands_apart(workload) == apart


@pytest.mark.parametrize(
    ("workload", "wide"), [(Workload(connections=999), False), (Workload(connections=500, depth=2), True)]
)
def test_a_wide_window_is_one_of_a_thousand(workload: Workload, wide: bool) -> None:
    """However it is made up; connections that nobody measures are no part of it."""
    assert is_wide(workload) == wide
    assert not is_wide(Workload(idle=10_000))


def test_a_crowd_has_processes_of_its_own() -> None:
    """The others share those of their server, and of their client."""
    cells = [Cell("a", "wire", ONE), Cell("b", "wire", ONE), Cell("a", "wire", MANY), Cell("b", "wire", MANY)]
    assert places_of(cells) == (
        Place("a", "wire"),
        Place("b", "wire"),
        Place("a, cell 2", "wire, cell 2"),
        Place("b, cell 3", "wire, cell 3"),
    )


@pytest.mark.parametrize(
    ("workloads", "most"),
    [
        ((), 0),
        ((Workload(connections=40), Workload(connections=50)), 180),  # the driver's, of both servers
        ((MANY, Workload(connections=300, idle=7)), 307),
    ],
)
def test_the_most_that_one_process_holds(workloads: tuple[Workload, ...], most: int) -> None:
    """A process that is shared holds the connections of all its cells."""
    assert most_open([Cell(server, "wire", one) for one in workloads for server in "ab"]) == most
