"""What a spread means for margins and time, held against simulated runs and worked examples."""

from __future__ import annotations

import math
import statistics

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wsbench.stats import power
from wsbench.stats.decision import Evidence, decide, kept_of, se_of
from wsbench.stats.estimate import Trimmed, trimmed

LOGS = st.floats(-0.5, 0.5).map(lambda value: round(value, 6))
SIGMA = 0.05
RUNS = 1_000


def simulated(rounds: int, seed: int) -> list[Trimmed]:
    """Return what runs of normal rounds around 0 come to."""
    drawn = np.random.default_rng(seed).normal(0, SIGMA, (RUNS, rounds)).tolist()
    return [trimmed(one) for one in drawn]


def spreads(rounds: int) -> list[float]:
    """Return the spreads that calibrations of so many rounds find."""
    return [one.se / se_of(1, rounds) for one in simulated(rounds, 8)]


@pytest.mark.parametrize("rounds", [16, 22, 40])
def test_with_the_recommended_margin_unchanged_code_passes(rounds: int) -> None:
    """Each calibration is followed by a run of 16 rounds: about 95 % pass."""
    margins = [power.recommended_margin(spread, rounds) for spread in spreads(rounds)]
    words = [
        decide([Evidence(centre, (), margin)])[0].word
        for centre, margin in zip(simulated(16, 7), margins, strict=True)
    ]
    passed = sum(word in {"NO REGRESSION", "IMPROVED"} for word in words)
    assert 0.94 < passed / RUNS < 0.98
    assert "REGRESSED" not in words


@pytest.mark.parametrize("rounds", [8, 16, 40])
def test_the_smallest_change_is_found_about_four_times_in_five(rounds: int) -> None:
    """So far past the margin, simulated runs end as REGRESSED at about the chance that was promised."""
    change = power.smallest_change(statistics.fmean(spreads(rounds)), rounds)
    assert change is not None
    harm = math.log1p(0.05) + math.log1p(change)
    changed = [msgspec.structs.replace(one, mean=one.mean + harm) for one in simulated(rounds, 7)]
    found = [decide([Evidence(one, (), 0.05)])[0].word for one in changed]
    assert 0.68 < found.count("REGRESSED") / RUNS < 0.85


def test_every_turn_has_an_order() -> None:
    """A turn without one, or an order without a turn, is nobody's to drop."""
    for order in ([True], [True, False, False]):
        with pytest.raises(ValueError, match="zip"):
            power.turn_effect([0.1, 0.2], order)


@pytest.mark.parametrize(
    ("rounds", "factor"), [(4, (3.182446 + 0.8416) / 2), (16, (2.262157 + 0.8416) * 0.4)]
)
def test_smallest_change_by_hand(rounds: int, factor: float) -> None:
    """Quantiles of t with 3 and 9 degrees of freedom; the error is the spread times √rounds / rounds kept."""
    assert power.smallest_change(0.01, rounds) == pytest.approx(math.expm1(factor * 0.01))


@pytest.mark.parametrize("rounds", [0, 3])
def test_under_four_rounds_nothing_is_said(rounds: int) -> None:
    """They find no change, and no margin follows from them."""
    assert power.smallest_change(0.01, rounds) is None
    with pytest.raises(ValueError, match="no spread"):
        power.recommended_margin(0.01, rounds)


@pytest.mark.parametrize(
    ("spread", "margin"),
    [(0.0, 0.01), (0.002, 0.01), (0.0079, 0.015), (0.0081, 0.02), (0.02, 0.04), (0.1, 0.205)],
)
def test_margins_are_half_percents(spread: float, margin: float) -> None:
    """After 22 rounds k is 4.6563, and 0.4 k times the spread is rounded up, from 1 % on."""
    assert power.recommended_margin(spread, 22) == margin


@given(st.floats(0, 1), st.floats(0, 1), st.integers(4, 200))
def test_more_noise_or_fewer_rounds_never_mean_a_smaller_margin(
    one: float, other: float, rounds: int
) -> None:
    """The margin grows with the spread and where less is known of it, and is never under the plain sum."""
    low, high = sorted((one, other))
    margin = power.recommended_margin(high, rounds)
    assert power.recommended_margin(low, rounds) <= margin
    assert power.recommended_margin(high, rounds + 5) <= margin
    assert margin >= math.expm1((2.262 + 1.645) * 0.4 * high)


@pytest.mark.parametrize("rounds", range(4, 60))
def test_more_rounds_find_less(rounds: int) -> None:
    """The degrees of freedom are those of the trimmed mean, and five more rounds find a smaller change."""
    assert kept_of(rounds) - 1 == trimmed(range(rounds)).df
    few, more = power.smallest_change(0.02, rounds), power.smallest_change(0.02, rounds + 5)
    assert few is not None
    assert more is not None
    assert more < few


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2, 3, 4], 0.25),  # gaps -1.5 -0.5 0.5 1.5: (0.75 - 0.25 + 0.75) / 5
        ([1, -1, 1, -1], -0.75),
        ([0.1] * 5, 0.0),
    ],
)
def test_autocorrelation_by_hand(values: list[float], found: float) -> None:
    """A trend is positive, to and fro is negative, and what does not vary has none."""
    assert power.autocorrelation(values) == pytest.approx(found)


@given(st.lists(LOGS, min_size=2, max_size=30))
def test_autocorrelation_is_a_correlation(values: list[float]) -> None:
    """It lies between -1 and 1, and reads the same backwards."""
    found = power.autocorrelation(values)
    assert -1 <= found <= 1
    assert power.autocorrelation(values[::-1]) == pytest.approx(found)


@given(LOGS, LOGS, st.lists(st.booleans(), min_size=2, max_size=40))
def test_the_turn_effect_is_told_from_a_difference_of_the_processes(
    effect: float, difference: float, base_first: list[bool]
) -> None:
    """Whatever the copy differs by, and however often it came first, what the earlier turn adds is found."""
    assume(len(set(base_first)) == 2)
    ratios = [difference - effect if first else difference + effect for first in base_first]
    assert power.turn_effect(ratios, base_first) == pytest.approx(effect, abs=1e-12)


@pytest.mark.parametrize("base_first", [[True, True], [False, False], []])
def test_one_order_alone_tells_nothing(base_first: list[bool]) -> None:
    """Where the same copy always came first, its turn and its process can't be told apart."""
    assert power.turn_effect([0.1] * len(base_first), base_first) is None
