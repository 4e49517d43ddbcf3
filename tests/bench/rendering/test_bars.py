"""Bars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.rendering.bars import bar


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, ""), (1.0, "████"), (0.5, "██"), (0.375, "█▌"), (1e-9, "▏"), (2.0, "████"), (-1.0, "")],
)
def test_bars_of_four_characters(share: float, drawn: str) -> None:
    """In eighths; something is never nothing, and nothing is longer than there is room."""
    assert bar(share, 4) == drawn


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 40))
def test_what_is_more_is_never_shorter(one: float, other: float, room: int) -> None:
    """And no bar leaves its room."""
    less, more = (bar(share, room) for share in sorted((one, other)))
    assert len(less) <= len(more) <= room
