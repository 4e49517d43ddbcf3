"""How evenly the connections of a cell were served."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from .run import CellRecord, Fairness
from .slices import Slice

STARVED = 0.20
"""The share of all time in flight that may belong to messages which were not answered within their slice."""

UNFAIR = 0.9
"""Under this index somebody must know: as where one of ten connections got nothing, and the others alike."""

ENOUGH = 4
"""With fewer replies per connection a slice says nothing of fairness: one more or less is how it was cut."""


def jain(counts: Sequence[int]) -> float:
    """Return Jain's index of fairness, (Σx)² / (n Σx²) (Jain, Chiu, Hawe 1984).

    It is 1 where all got as much, and 1/n where one got all; where nobody got anything, all got as much.
    """
    squares = sum(one * one for one in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 1.0


def fairness_of(slices: Sequence[Slice]) -> Fairness | None:
    """Return how evenly replies fell to connections in a round; None with one connection.

    Where slices have few replies for each connection, the whole round takes the place of one.
    """
    counted: list[Sequence[int]] = [one.answered for one in slices if len(one.answered) > 1]
    if not counted:
        return None
    totals = [sum(connection) for connection in zip(*counted, strict=True)]
    mean = statistics.fmean(totals)
    if mean < ENOUGH * len(counted):
        counted = [totals]
    return Fairness(
        jain=statistics.fmean(map(jain, counted)),
        slowest=min(totals) / mean if mean else 1.0,
        starved=max(counts.count(0) for counts in counted),
    )


def worst_of(rounds: Iterable[Fairness | None]) -> Fairness | None:
    """Return the worst of each number in any round; None where no round has any."""
    known = [one for one in rounds if one]
    if not known:
        return None
    return Fairness(
        jain=min(one.jain for one in known),
        slowest=min(one.slowest for one in known),
        starved=max(one.starved for one in known),
    )


def is_unfair(fairness: Fairness) -> bool:
    """Whether connections were served so unevenly that a reader must know."""
    return fairness.jain < UNFAIR or fairness.starved > 0


def unanswered(record: CellRecord) -> float:
    """Return the share of the time in flight that belongs to messages left unanswered by their slice.

    Rate times mean latency of the answered ones falls short by so much.
    """
    return 1 - record.latencies * record.mean_ns / record.flown_ns


def is_lopsided(record: CellRecord) -> bool:
    """Whether some connections waited while others were served: quantiles leave out those that waited."""
    return record.fairness is not None and (is_unfair(record.fairness) or unanswered(record) > STARVED)
