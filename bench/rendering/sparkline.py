"""A series as one line of text."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from itertools import pairwise

BLOCKS = "▁▂▃▄▅▆▇█"
LEAST = 0.005
"""The least share of a value that all blocks stand for: what is less is drawn as the little that it is."""

BREAK = "│"
"""Stands where the level changed."""


def sparkline(values: Sequence[float], breaks: Collection[int] = (), width: int = 16) -> str:
    """Return values as blocks, the smallest as the lowest, about `width` at most.

    `breaks` are the indices that the level changed before. Where there are more values than room, a block is
    the mean of neighbours on one side of a break.
    """
    if not values:
        return ""
    each = max(1, -(-(len(values) + len(breaks)) // width))
    groups, marks = list[float](), set[int]()
    ends = [0, *sorted(breaks), len(values)]
    for begin, end in pairwise(ends):
        marks.add(len(groups))
        groups += [statistics.fmean(values[at : min(at + each, end)]) for at in range(begin, end, each)]
    low, high = min(groups), max(groups)
    span = max(high - low, LEAST * max(abs(high), abs(low)))
    height = (len(BLOCKS) - 1) / span if span else 0.0
    blocks = [BLOCKS[round((one - low) * height)] for one in groups]
    return "".join(f"{BREAK if at and at in marks else ''}{one}" for at, one in enumerate(blocks))
