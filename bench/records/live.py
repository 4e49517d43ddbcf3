"""What an agent tells of a second while a step is under way: small, and quick to make.

Response times are counted in bins, 32 for each doubling, so a quantile of them is right to about 2 %. The
step's own record has every message exactly; this is for looking at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

BINS = 32
"""Bins for each doubling of a time."""


COUNTED = ("due", "answered", "waiting", "errors")


class Told(msgspec.Struct, frozen=True):
    """A second of a schedule, counted from its begin, as one agent saw it, or as all of them did.

    `rate` is what the step was asked for in msg/s. So many messages were `due` in it, so many replies were
    `answered`; at its end `waiting` messages had none yet, and `errors` had failed since the begin. `bins`
    have the response times of those replies.
    """

    rate: float
    at_s: int
    due: int
    answered: int
    waiting: int
    errors: int = 0
    bins: dict[int, int] = {}

    def quantile(self, share: float) -> float | None:
        """Return a quantile of the response times in ns, the middle of its bin; None without replies."""
        left = share * sum(self.bins.values())
        for number in sorted(self.bins):
            left -= self.bins[number]
            if left <= 0:
                return float(2 ** ((number + 0.5) / BINS))
        return None


def bins_of(response: NDArray[np.int64]) -> dict[int, int]:
    """Return how many response times in ns fall into which bin."""
    counts = np.bincount((np.log2(np.maximum(response, 1)) * BINS).astype(np.int64))
    (found,) = np.nonzero(counts)
    return dict(zip(found.tolist(), counts[found].tolist(), strict=True))


def together(parts: Sequence[Told]) -> Told:
    """Return one second as all agents saw it; there is at least one."""
    bins = Counter[int]()
    for part in parts:
        bins.update(part.bins)
    first = parts[0]
    sums = {name: sum(getattr(one, name) for one in parts) for name in COUNTED}
    return Told(first.rate, first.at_s, bins=dict(bins), **sums)
