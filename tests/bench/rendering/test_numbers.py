"""Numbers as people read them."""

from __future__ import annotations

import pytest
from wsbench.rendering.numbers import MISSING, blamed, interval, microseconds, number
from wsbench.stats.estimate import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (7.123, "7.12"), (9.999, "10.0"), (52.06, "52.1"), (99.99, "100"), (14_250.4, "14,250")],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    """Rounding up to the next power of ten takes a decimal away."""
    assert number(value) == text


def test_times_are_shown_in_microseconds() -> None:
    """52,100 ns are 52.1 µs."""
    assert microseconds(52_100) == "52.1"


def test_an_interval_has_as_many_decimals_as_its_value() -> None:
    """Both forms, the longer half in the short one."""
    estimate = Estimate(52_060, 51_240, 53_400, 8)
    assert interval(estimate, wide=True, scale=1000) == "52.1 [51.2, 53.4]"
    assert interval(estimate, wide=False, scale=1000) == "52.1 ±1.3"


def test_an_interval_without_an_end_says_so() -> None:
    """Three rounds have a value and know nothing of its error."""
    estimate = Estimate(52_060, 0.0, float("inf"), 3)
    assert interval(estimate, wide=True, scale=1000) == "52.1 [0.0, ∞]"
    assert interval(estimate, wide=False, scale=1000) == "52.1 ±–"
    assert interval(None, wide=False) == MISSING


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("it hangs", "mine: it hangs"),
        ("mine: it hangs", "mine: it hangs"),
        (
            "the tornado client failed with KeyError: 'x'",
            "the tornado client failed with KeyError: 'x' (with mine)",
        ),
    ],
)
def test_who_is_to_blame_is_named_once(reason: str, line: str):
    """The server, but for what a client library did by itself."""
    assert blamed("mine", reason) == line
