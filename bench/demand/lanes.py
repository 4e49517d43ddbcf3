"""Which connection each message of a schedule goes over, where their number changes on the way.

Message k goes over place k mod n, with the n of the part of the schedule that it is in. All places are there
from the begin to the end; one past n has nothing to do meanwhile.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class Part(msgspec.Struct, frozen=True):
    """Messages from `first` on and before `end`, over so many `places`."""

    first: int
    end: int
    places: int

    def begin(self, place: int) -> int:
        """Return the first message of a place, which may lie past the end."""
        return self.first + (place - self.first) % self.places if place < self.places else self.end

    def count(self, place: int) -> int:
        """Return how many messages go over a place."""
        return max(0, -((self.begin(place) - self.end) // self.places))


class Lanes(msgspec.Struct, frozen=True):
    """The parts of a schedule, in order and without gaps."""

    parts: tuple[Part, ...]

    @classmethod
    def even(cls, messages: int, places: int) -> Lanes:
        """Return the lanes of a schedule that goes over the same places from begin to end."""
        return cls((Part(0, messages, places),))

    @property
    def messages(self) -> int:
        """How many messages there are."""
        return self.parts[-1].end

    def until(self, messages: int) -> Lanes:
        """Return the lanes of the first messages alone."""
        parts = (Part(min(one.first, messages), min(one.end, messages), one.places) for one in self.parts)
        return Lanes(tuple(parts))

    def nth(self, place: int, number: int) -> int:
        """Return which message is that of this number, from 0, on a place; the end where there is none."""
        for part in self.parts:
            mine = part.count(place)
            if number < mine:
                return part.begin(place) + part.places * number
            number -= mine
        return self.parts[-1].end

    def numbers(self, place: int, first: int, count: int) -> Numbers:
        """Return the messages of a place from that of the number `first` on, `count` at most."""
        found = list(self._ranges(place, first, first + count))
        return np.concatenate([*found, np.empty(0, np.int64)])

    def _ranges(self, place: int, first: int, last: int) -> Iterator[Numbers]:
        for part in self.parts:
            mine, begin = part.count(place), part.begin(place)
            low, high = (min(max(one, 0), mine) for one in (first, last))
            if high > low:
                yield begin + part.places * np.arange(low, high, dtype=np.int64)
            first, last = first - mine, last - mine

    def shares(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the places that messages `first` to `last` go over, in turn, and how many each gets."""
        found = list[tuple[int, int]]()
        for part in self.parts:
            begin, end = max(first, part.first), min(last, part.end)
            each, more = divmod(max(0, end - begin), part.places)
            found += [
                ((begin + number) % part.places, each + (number < more))
                for number in range(min(max(0, end - begin), part.places))
            ]
        return found


def lanes_of(ends: Sequence[int], places: Sequence[int]) -> Lanes:
    """Return the lanes of parts that end before these messages, over so many places each."""
    firsts = itertools.chain([0], ends)
    return Lanes(tuple(Part(*one) for one in zip(firsts, ends, places, strict=False)))
