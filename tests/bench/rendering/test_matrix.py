"""Matrices as text."""

from __future__ import annotations

import pytest
from wsbench.rendering.matrix import Block, draw_blocks, have_room

ONE = Block(("round trip", ""), ("p50", "p99"), (("1", "2"), ("", "×3")))
OTHER = Block(("throughput", "depth 32"), ("msg/s",), (("100,000",), ("×1",)))
NAMES = ("tornado", "███")


def test_blocks_stand_beside_each_other_where_there_is_room() -> None:
    """Columns are as wide as their widest text, and titles stand at the left of their blocks."""
    assert draw_blocks([ONE, OTHER], NAMES, "server", 80) == [
        "           round trip    throughput",
        "                         depth 32",
        "server       p50  p99         msg/s",
        "tornado        1    2       100,000",
        "███                ×3            ×1",
    ]


def test_what_has_no_room_stands_below() -> None:
    """With the names again."""
    lines = draw_blocks([ONE, OTHER], NAMES, "server", 30)
    assert [line.split()[0] for line in lines if line] == [
        *("round", "server", "tornado", "███"),
        *("throughput", "depth", "server", "tornado", "███"),
    ]


@pytest.mark.parametrize("width", [10, 21, 22, 35, 36])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    """But for a single block, which always stands."""
    lines = draw_blocks([ONE, OTHER], NAMES, "server", width)
    assert max(map(len, lines)) <= max(width, 22)
    assert have_room([ONE, OTHER], NAMES, width) == (width >= 35)
