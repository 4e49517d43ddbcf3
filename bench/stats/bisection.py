"""Which of many candidates in a row to measure next, so that few measurements find where values change.

Where both ends of a stretch are equal, what is between them is taken to be unchanged: two changes that cancel
each other inside a stretch are not seen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import msgspec

Known = Mapping[int, float | None]
"""Values, above 0, by the index of the candidate; None for one that can't be measured."""


class Change(msgspec.Struct, frozen=True):
    """A value changed behind the candidate `before` and not later than at `after`; both are indices.

    They are neighbours, or no candidate between them can be measured. `log_ratio` is ln(after / before).
    """

    before: int
    after: int
    log_ratio: float


def next_index(count: int, known: Known, margin: float) -> int | None:
    """Return which of `count` candidates to measure next, None where all changes are found.

    The ends come first. What can't be measured is stepped over, at an end to the neighbour. Then the stretch
    whose ends differ most is halved, so that a search that is interrupted has told most; ends that differ by
    no more than `margin`, as |ln ratio|, are equal.
    """
    for ends in (range(count), reversed(range(count))):
        end = next((index for index in ends if known.get(index, 0.0) is not None), None)
        if end is None:
            return None
        if end not in known:
            return end
    stretches = sorted(changes(known, margin), key=lambda one: -abs(one.log_ratio))
    choices = (_inside(one.before, one.after, known) for one in stretches)
    return next((index for index in choices if index is not None), None)


def changes(known: Known, margin: float) -> tuple[Change, ...]:
    """Return the neighbours, among what is measured so far, that differ by more than the margin.

    Once there is no next index, these are the changes.
    """
    measured = sorted((index, value) for index, value in known.items() if value is not None)
    pairs = itertools.pairwise(measured)
    found = (Change(i, j, math.log(after / before)) for (i, before), (j, after) in pairs)
    return tuple(one for one in found if abs(one.log_ratio) > margin)


def _inside(low: int, high: int, known: Known) -> int | None:
    """Return the candidate between two others that halves the stretch, None where each was tried.

    Those that can't be measured often stand together: the middle is left by steps that double.
    """
    middle = (low + high) // 2
    steps = [sign << power for power in range((high - low).bit_length()) for sign in (1, -1)]
    far = [middle + step for step in (0, *steps) if low < middle + step < high]
    near = sorted(range(low + 1, high), key=lambda index: abs(index - middle))
    return next((index for index in (*far, *near) if index not in known), None)
