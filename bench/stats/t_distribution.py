"""Student's t distribution by its finite series: no scipy where wsbench runs."""

from __future__ import annotations

import math
from functools import lru_cache


def t_cdf(t: float, df: int) -> float:
    """Return P(T <= t) of Student's t with `df` degrees of freedom; ValueError when df < 1 or t is nan.

    Absolute error about 1e-15, so a tail under that reads as 0.
    """
    if df < 1 or math.isnan(t):
        raise ValueError(f"Student's t needs a number and at least one degree of freedom, not {t} and {df}")
    return 0.5 + 0.5 * math.copysign(_central(math.atan(abs(t) / math.sqrt(df)), df), t)


@lru_cache
def t_quantile(p: float, df: int) -> float:
    """Return the t with P(T <= t) = p, to about 1e-6 of itself for p from 1e-6 to 1 - 1e-6.

    Bisects the angle atan(t / √df), which is bounded where t is not. ValueError when p is outside (0, 1).
    """
    if df < 1 or not 0 < p < 1:
        raise ValueError(f"Student's t needs 0 < p < 1 and at least one degree of freedom, not {p} and {df}")
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _central(middle, df) < abs(2 * p - 1) else (low, middle)
    return math.copysign(math.sqrt(df) * math.tan(low), p - 0.5)


def _central(theta: float, df: int) -> float:
    """Return P(|T| <= √df tan theta): Abramowitz & Stegun 26.7.3 for odd df, 26.7.4 for even."""
    odd = df % 2
    term = math.cos(theta) if odd else 1.0
    total = 0.0
    for power in range(1 + odd, df, 2):
        total += term
        term *= math.cos(theta) ** 2 * power / (power + 1)
    area = math.sin(theta) * total
    return min(1.0, (theta + area) * 2 / math.pi if odd else area)
