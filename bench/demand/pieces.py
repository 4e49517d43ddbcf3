"""The pieces of a profile of rates, as they are planned; `profile` makes a schedule of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Piece(msgspec.Struct, frozen=True):
    """So many seconds in which the intensity in msg/s goes from `first` to `last`, evenly."""

    duration_s: float
    first: float
    last: float

    @property
    def messages(self) -> float:
        """How many messages are due in it."""
        return (self.first + self.last) / 2 * self.duration_s

    @property
    def rate(self) -> float:
        """The mean intensity in msg/s."""
        return (self.first + self.last) / 2

    def until(self, seconds: float) -> float:
        """Return how many messages are due in its first seconds."""
        slope = (self.last - self.first) / self.duration_s if self.duration_s else 0.0
        return (self.first + slope * seconds / 2) * seconds


def due_until(pieces: Sequence[Piece], seconds: float) -> float:
    """Return how many messages are due in the first seconds of a profile; none before it."""
    total, begun = 0.0, 0.0
    for piece in pieces:
        total += piece.until(min(max(seconds - begun, 0.0), piece.duration_s))
        begun += piece.duration_s
    return total


def steady(rate: float, duration_s: float, *, ramp_s: float) -> tuple[Piece, ...]:
    """Return the profile of a step: the intensity rises from 0 during the ramp, then it stays."""
    return *((Piece(ramp_s, 0.0, rate),) if ramp_s else ()), Piece(duration_s, rate, rate)
