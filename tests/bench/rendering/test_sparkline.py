"""A series as one line of text."""

from __future__ import annotations

import pytest
from wsbench.rendering.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "breaks", "shown"),
    [
        ([], [], ""),
        ([3.0], [], "▁"),
        ([1.0, 1.0, 1.0], [], "▁▁▁"),
        ([1.0, 2.0, 8.0], [], "▁▂█"),
        ([1.0, 1.0, 2.0, 2.0], [2], "▁▁│██"),
        ([1.0] * 30 + [2.0] * 10, [30], "▁▁▁▁▁▁▁▁▁▁│████"),
    ],
)
def test_a_block_for_each_value_or_some_of_them(values: list[float], breaks: list[int], shown: str):
    """The smallest is the lowest; no block is a mean over a change."""
    assert sparkline(values, breaks) == shown


def test_it_is_about_as_wide_as_asked():
    """However many values there are."""
    assert len(sparkline([float(one) for one in range(1000)], [100, 500], 20)) <= 24
