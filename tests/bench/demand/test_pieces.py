"""The pieces of a profile: how many messages are due, whenever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from wsbench.demand.pieces import Piece, due_until, steady

RATES = st.just(0.0) | st.floats(0.5, 5_000)


@given(st.floats(0.1, 5), RATES, RATES, st.floats(0, 1))
def test_until_is_the_area_below_the_line(duration_s: float, first: float, last: float, share: float):
    """From the begin of the piece to any moment of it; all of it are its messages, at its mean rate."""
    piece, moment = Piece(duration_s, first, last), share * duration_s
    rate = first + (last - first) * share
    assert piece.until(moment) == pytest.approx(integrate.trapezoid([first, rate], [0, moment]), abs=1e-6)
    assert piece.until(duration_s) == pytest.approx(piece.messages, abs=1e-6)
    assert piece.rate * duration_s == pytest.approx(piece.messages)


def test_a_steady_rate_has_a_ramp_or_none():
    """Half of its messages are due in the ramp; before the begin and after the end there are none."""
    assert steady(100, 2, ramp_s=0) == (Piece(2, 100, 100),)
    profile = steady(100, 2, ramp_s=1)
    assert [due_until(profile, second) for second in (-1, 0, 1, 2, 3, 9)] == [0, 0, 50, 150, 250, 250]
