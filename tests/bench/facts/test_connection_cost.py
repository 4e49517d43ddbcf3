"""What a connection costs: slopes against scipy, rates, what is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import linregress
from wsbench.facts.connection_cost import connect_rate, crowd_estimates, held_per_connection, slope
from wsbench.records.run import ConnectionCost

STEPS = ((0, 900), (1, 2_000), (10, 2_090), (100, 2_990))
"""10 bytes a connection, and 1,090 that come with the first."""


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
    crowd = ConnectionCost(100, 50_000_000, STEPS, held=1_400)
    assert connect_rate(crowd) == 2_000
    assert held_per_connection(crowd) == 5
    assert held_per_connection(ConnectionCost(100, 1, STEPS, held=800)) == -1


@pytest.mark.parametrize(
    "crowd",
    [
        ConnectionCost(100, 1),
        ConnectionCost(100, 1, STEPS),
        ConnectionCost(100, 1, STEPS[1:], 9),
        ConnectionCost(9, 1, (), 9),
    ],
)
def test_what_is_left_is_unknown_without_both_ends(crowd: ConnectionCost) -> None:
    """It takes the memory before the first connection and after the last was closed."""
    assert held_per_connection(crowd) is None


def test_estimates_are_over_rounds() -> None:
    """Memory on the plain scale, where it may be 0 or less; what one round lacks is left out."""
    rounds = [ConnectionCost(100, 50_000_000, STEPS, held) for held in (900, 900, 800, 1_000)]
    found = crowd_estimates(rounds)
    assert {name: estimate.n for name, estimate in found.items()} == dict.fromkeys(found, 4)
    assert found["connect_rate"].value == pytest.approx(2_000)
    assert found["rss_per_connection"].value == pytest.approx(10)
    assert (found["held_per_connection"].low < 0, found["held_per_connection"].value) == (True, 0)
    assert set(crowd_estimates([*rounds, ConnectionCost(100, 1)])) == {"connect_rate"}
    assert crowd_estimates([]) == {}
