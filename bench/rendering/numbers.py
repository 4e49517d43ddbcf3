"""Numbers as people read them: with as many digits as their interval allows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from ..stats.estimate import Estimate

MISSING = "–"
_CLIENT = re.compile(r"the \S+ client ")
DASH = "\N{EN DASH}"
"""Between the ends of a rank."""


def blamed(who: str, reason: str, failed_in: int = 0) -> str:
    """Return who is to blame for what, once: some reasons begin with the name.

    `failed_in` is the round in which it failed, from 1 on, where there are numbers of rounds before. A client
    library that failed by itself is named first, and then with whom.
    """
    if failed_in:
        when = f"failed in round {failed_in}, its numbers are of the rounds before"
        return f"{who}: {when}: {reason.removeprefix(f'{who}: ')}"
    if _CLIENT.match(reason):
        return f"{reason} (with {who})"
    return reason if reason.startswith(f"{who}: ") else f"{who}: {reason}"


def decimals(value: float) -> int:
    """Return how many decimals show about three digits: 7.12, 52.1, 812, 14,250."""
    return 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2


def number(value: float) -> str:
    """Return a number with about three digits."""
    return f"{value:,.{decimals(value)}f}"


def microseconds(ns: float) -> str:
    """Return ns as µs with about three digits."""
    return number(ns / 1000)


def interval(estimate: Estimate | None, *, wide: bool, scale: float = 1.0, places: int | None = None) -> str:
    """Return `52.1 [51.8, 52.6]`, or `52.1 ±0.5` with the longer half where there is less room.

    Without one it is `52.1 ±–`: the line below a table says why.
    The ends get as many decimals as the value; `scale` divides all of them first.
    """
    if estimate is None:
        return MISSING
    value, low, high = (part / scale for part in (estimate.value, estimate.low, estimate.high))
    digits = decimals(value) if places is None else places

    def show(part: float) -> str:
        return "∞" if math.isinf(part) else f"{part:,.{digits}f}"

    if wide:
        return f"{show(value)} [{show(low)}, {show(high)}]"
    half = max(high - value, value - low)
    return f"{show(value)} ±{MISSING if math.isinf(half) else show(half)}"


def half_width(estimate: Estimate) -> float:
    """Return the longer half of an interval, as a share of the value; inf where there is no interval."""
    half = max(estimate.high - estimate.value, estimate.value - estimate.low)
    return half / abs(estimate.value) if estimate.value else 0.0


def about_ranks(ranks: Iterable[str]) -> list[str]:
    """Return what ranks mean that are not plain numbers: `1–2`, `3=`."""
    ranks = list(ranks)
    span = next((rank.rstrip("=") for rank in ranks if DASH in rank), "")
    lines = []
    if span:
        first, last = span.split(DASH)
        lines.append(f"rank {span}: somewhere from {first} to {last}; the rounds do not say more surely.")
    if any("=" in rank for rank in ranks):
        lines.append("=: within 3 % of another one, 95 % sure.")
    return lines


def loop_name(loop: str) -> str:
    """Return the word for an event loop's class, `native` and `threads` as they are."""
    return "uvloop" if loop.startswith("uvloop") else "asyncio" if "asyncio" in loop else loop
