"""The search for the highest rate that holds, and the knee of latency against rate. All rates in msg/s."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

FLOOR = 1.0
"""A server that can't hold this rate in msg/s has no capacity to speak of."""

FIRST_STEP, WIDEST_STEP = 1.04, 4.0
"""By which factors a search leaves its first guess: mostly that is nearly right. Where it is not the steps
grow, so that a bad guess costs few; but none asks for many times what is known."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bisection for the highest rate that holds has come.

    `low` is the highest rate known to hold, 0 for none, `high` the lowest known to fail, inf for none,
    `start` the first guess, all in msg/s. `resolution` is the relative width at which it is decided.
    Raises ValueError unless `start` is positive and finite and `resolution` positive.
    """

    start: float
    low: float = 0.0
    high: float = math.inf
    resolution: float = 0.01

    def __post_init__(self) -> None:
        if not (0 < self.start < math.inf and self.resolution > 0):
            raise ValueError(
                f"a search needs a guess and a resolution over 0, not {self.start} and {self.resolution}"
            )


def next_rate(search: Search) -> float | None:
    """Return the rate in msg/s to try next, None where the search is decided.

    Between both ends it is their geometric middle; a rate varies by factors. While nothing failed, or
    nothing held, it leaves the first guess in steps that grow from a factor of 1.04 to one of 4.
    """
    low, high, start = search.low, search.high, max(search.start, FLOOR)
    if math.isinf(high):
        return low * _stride(low / start) if low else start
    if low:
        return math.sqrt(low * high) if high > low * (1 + search.resolution) else None
    return max(FLOOR, high / _stride(start / high)) if high > FLOOR else None


def _stride(gone: float) -> float:
    """Return the factor of the next step after a factor of `gone` in all: as far again, within limits."""
    return min(max(FIRST_STEP, gone), WIDEST_STEP)


def told(search: Search, rate: float, holds: bool) -> Search:
    """Return the search after a step at `rate` in msg/s held, or did not.

    Where that contradicts an earlier step, the later one counts: what the machine can do has changed.
    """
    if holds:
        high = search.high if rate < search.high else math.inf
        return msgspec.structs.replace(search, low=max(search.low, rate), high=high)
    low = search.low if search.low < rate else 0.0
    return msgspec.structs.replace(search, low=low, high=min(search.high, rate))


def found(search: Search) -> float | None:
    """Return the highest rate that holds, in msg/s: the geometric middle of the final bracket.

    None where not even the floor held. While nothing has failed yet it is the highest that did hold.
    """
    if not search.low:
        return None
    return search.low if math.isinf(search.high) else math.sqrt(search.low * search.high)


def knee(rates: Sequence[float], mean_response_ns: Sequence[float]) -> float:
    """Return the rate of greatest power, which is rate / mean response time (Kleinrock 1979).

    Past it, each per cent more rate costs more than a per cent of response time. Of equals it is the
    lowest. Raises ValueError on no rates, and on a rate or a response time that is not positive.
    """
    pairs = sorted(zip(rates, mean_response_ns, strict=True))
    if not pairs or min(min(pair) for pair in pairs) <= 0:
        raise ValueError(f"a knee needs positive rates and response times, not {pairs}")
    return max(pairs, key=lambda pair: pair[0] / pair[1])[0]


RESOLUTION = 0.02
"""How close, relatively, the ends of a search come: rounds differ by more than that."""


def steps_left(search: Search) -> int:
    """Estimate how many steps a search still takes."""
    low, high = search.low or search.start / 2, min(search.high, search.start * 2)
    halvings = math.log2(max(1.0, math.log(max(high / low, 1.0)) / math.log1p(search.resolution)))
    return math.ceil(halvings)
