"""How the rate of an open loop changes over time: pieces in which it rises, falls or stays.

In a piece the intensity λ(t) in msg/s is linear, so the messages that are due until t, Λ(t), are a quadratic
function of t. A message is due where Λ reaches 0.5, 1.5, 2.5 … or the sums of unit exponentials (Çinlar
1975).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from .workload import Arrivals

Due = npt.NDArray[np.int64]
"""Moments in ns after a step's begin, sorted."""


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

    def when(self, reached: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return after how many seconds so many messages are due, none more than `messages`.

        That is the root of `until`, in the form that loses no digits whether the rate rises, falls or stays.
        """
        slope = (self.last - self.first) / self.duration_s
        root = np.sqrt(np.maximum(self.first**2 + 2 * slope * reached, 0.0))
        return np.minimum(2 * reached / (self.first + root), self.duration_s)


def due_until(pieces: Sequence[Piece], seconds: float) -> float:
    """Return how many messages are due in the first seconds of a profile; none before it."""
    total, begun = 0.0, 0.0
    for piece in pieces:
        total += piece.until(min(max(seconds - begun, 0.0), piece.duration_s))
        begun += piece.duration_s
    return total


def due_over(pieces: Sequence[Piece], arrivals: Arrivals, seed: int) -> Due:
    """Return when all messages of a profile are due, in ns after its begin, sorted.

    Arrivals are those of `bench.demand.arrivals`: evenly spaced over Λ, or Poisson, drawn from `seed`.
    """
    cumulated = list(itertools.accumulate((piece.messages for piece in pieces), initial=0.0))
    total = cumulated[-1]
    reached = np.arange(0.5, total) if arrivals == "uniform" else _cumulated_exponentials(total, seed)
    edges = np.searchsorted(reached, cumulated[1:-1]).tolist()
    found, begun = list[npt.NDArray[np.float64]](), 0.0
    for piece, before, mine in zip(pieces, cumulated, np.split(reached, edges), strict=False):
        if len(mine):
            found.append(begun + piece.when(mine - before))
        begun += piece.duration_s
    return np.rint(np.concatenate([*found, np.empty(0)]) * 1e9).astype(np.int64)


def _cumulated_exponentials(total: float, seed: int) -> npt.NDArray[np.float64]:
    """Return sums of 1, 2, 3 … unit exponentials that stay under `total`."""
    rng = np.random.default_rng(seed)
    reached = np.concatenate([*_until(total, rng), np.empty(0)])
    return reached[reached < total]


def _until(total: float, rng: np.random.Generator) -> Iterator[npt.NDArray[np.float64]]:
    """Yield blocks of sums until one is past `total`; nearly always a single one."""
    reached = 0.0
    while reached < total:
        left = total - reached
        block = reached + np.cumsum(rng.standard_exponential(math.ceil(left + 6 * math.sqrt(left)) + 1))
        reached = float(block[-1])
        yield block
