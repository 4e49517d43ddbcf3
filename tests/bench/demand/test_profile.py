"""Profiles of rates: the schedule against a slow oracle, its counts, and Poisson arrivals against scipy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from wsbench.demand.profile import Piece, due_over, due_until
from wsbench.demand.workload import Arrivals

RATES = st.just(0.0) | st.floats(0.5, 5_000)
PIECES = st.lists(st.builds(Piece, st.floats(0.05, 3), RATES, RATES), min_size=1, max_size=5)
KINDS = st.sampled_from(["uniform", "poisson"])


@settings(max_examples=50)  # each is integrated by scipy
@given(PIECES)
def test_a_message_is_due_where_the_integral_of_the_rate_says(pieces: list[Piece]):
    """Message k is where a numerical integral over the drawing of the rates has reached k + 1/2."""
    edges = [0.0, *itertools.accumulate(piece.duration_s for piece in pieces)]
    due = due_over(pieces, "uniform", 0) / 1e9

    def reached(second: float) -> float:
        total = 0.0
        for piece, begin, end in zip(pieces, edges, edges[1:], strict=False):
            if begin < second:
                ends, rates = [begin, end], [piece.first, piece.last]
                part = [begin, min(end, second)]
                total += integrate.trapezoid(np.interp(part, ends, rates), part)
        return total

    for number in range(0, len(due), max(1, len(due) // 10)):
        assert reached(due[number]) == pytest.approx(number + 0.5, abs=1e-3)


@given(PIECES, KINDS, st.integers(0, 2**32))
def test_sorted_and_within_the_profile(pieces: list[Piece], arrivals: Arrivals, seed: int):
    """Messages are due in rising order, none before the profile begins, none after it ends."""
    due = due_over(pieces, arrivals, seed)
    assert due.dtype == np.int64
    assert np.all(np.diff(due) >= 0)
    whole = sum(piece.duration_s for piece in pieces)
    assert not len(due) or (due[0] >= 0 and due[-1] <= whole * 1e9 + 1)


@given(PIECES)
def test_each_piece_has_its_messages(pieces: list[Piece]):
    """As many as the area below its line, give or take one at each end."""
    due, begun = due_over(pieces, "uniform", 0), 0.0
    for piece in pieces:
        ended = begun + piece.duration_s
        inside = np.count_nonzero((due >= begun * 1e9) & (due < ended * 1e9))
        assert abs(inside - piece.messages) <= 2
        begun = ended


@given(PIECES, st.floats(-1, 20))
def test_until_a_moment_so_many_are_due(pieces: list[Piece], second: float):
    """Λ counts the schedule."""
    due = due_over(pieces, "uniform", 0)
    assert abs(np.count_nonzero(due <= second * 1e9) - due_until(pieces, second)) <= 1


def test_a_profile_by_hand():
    """Up to 16 msg/s in a second, a quarter of one there, and down again: each side mirrors the other."""
    due = due_over([Piece(1, 0, 16), Piece(0.25, 16, 16), Piece(1, 16, 0)], "uniform", 0)
    assert len(due) == 20
    assert due[:2].tolist() == [250_000_000, round(1e9 * np.sqrt(1.5 / 8))]
    assert due[8:12].tolist() == [1_031_250_000, 1_093_750_000, 1_156_250_000, 1_218_750_000]
    assert due[::-1].tolist() == (2_250_000_000 - due).tolist()


def test_one_schedule_not_one_for_each_piece():
    """A steady rate in several pieces is that rate: fractions of messages are carried over."""
    parts = [Piece(0.15, 10, 10)] * 4
    assert due_over(parts, "uniform", 0).tolist() == due_over([Piece(0.6, 10, 10)], "uniform", 0).tolist()


@pytest.mark.parametrize("down", [False, True])
def test_poisson_arrivals_follow_the_intensity(down: bool):
    """By a Kolmogorov–Smirnov test the times of a ramp are spread as its intensity is."""
    piece = Piece(2, 20_000, 0) if down else Piece(2, 0, 20_000)
    found = due_over([Piece(0.5, 100, 100), piece], "poisson", 7) / 1e9
    found = found[found >= 0.5] - 0.5

    def share(second: np.ndarray) -> np.ndarray:
        return 1 - (1 - second / 2) ** 2 if down else (second / 2) ** 2

    assert stats.kstest(found, share).pvalue > 0.05


def test_poisson_counts_of_a_piece_are_poisson():
    """Over many seeds, whatever stands before it."""
    pieces = [Piece(0.5, 40, 0), Piece(0.5, 0, 80)]
    counts = [np.count_nonzero(due_over(pieces, "poisson", seed) >= 500_000_000) for seed in range(2_000)]
    edges = [0, 14, 17, 19, 21, 23, 26, 200]
    expected = np.diff(stats.poisson(20).cdf(np.array(edges) - 1))
    seen = np.histogram(counts, edges)[0]
    assert stats.chisquare(seen, expected / expected.sum() * len(counts)).pvalue > 0.05
