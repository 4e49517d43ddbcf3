"""A change as a line of text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.rendering.change_line import (
    BETTER,
    BORDER,
    HALF,
    INTERVAL,
    MARGIN,
    VALUE,
    WORSE,
    ZERO,
    scale_line,
)
from wsbench.rendering.change_line import change_line as line_of

HARMS = st.floats(-1e6, 1e6)


@given(HARMS, HARMS, HARMS)
def test_every_line_is_as_wide_as_the_scale(low: float, value: float, high: float) -> None:
    """So that they stand below one another, whatever the numbers."""
    low, value, high = sorted((low, value, high))
    assert len(line_of(low, value, high)) == len(line_of(None, value, None)) == len(scale_line())


@pytest.mark.parametrize(("harm", "place"), [(0.0, HALF), (1.0, HALF + MARGIN), (-1.0, HALF - MARGIN)])
def test_a_margin_has_one_place_whatever_it_is(harm: float, place: int) -> None:
    """The value covers the border that it lies on."""
    assert line_of(harm, harm, harm).index(VALUE) == place


def test_the_interval_lies_around_the_value_and_borders_stay() -> None:
    """Where the interval does not cover them."""
    line = line_of(0.3, 0.5, 0.7)
    assert line.strip(f" {BORDER}{ZERO}").strip(INTERVAL) == VALUE
    assert (line[HALF], line[HALF - MARGIN], line[HALF + MARGIN]) == (ZERO, BORDER, BORDER)


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(None, 0.1, (BETTER, " ")), (-0.1, None, (" ", WORSE)), (-50.0, 50.0, (BETTER, WORSE))],
)
def test_an_end_beyond_the_scale_is_an_arrow(
    low: float | None, high: float | None, ends: tuple[str, str]
) -> None:
    """It says that there is more that way."""
    line = line_of(low, 0.0, high)
    assert (line[0], line[-1]) == ends
    assert line[HALF] == VALUE


def test_the_scale_says_where_the_margins_are() -> None:
    """Its words stand over the signs of the lines."""
    scale, line = scale_line(), line_of(0.0, 0.0, 0.0)
    places = [at for at, one in enumerate(line) if one == BORDER]
    words = [scale.index("margin"), scale.rindex("margin")]
    assert all(math.isclose(at, word + 3) for at, word in zip(places, words, strict=True))
