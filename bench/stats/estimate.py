"""An estimate with its interval, and the statistics of rounds behind it.

Rounds are the unit: every sequence here holds one value per round. The point is the 20 % trimmed mean, its
interval the t interval of the winsorised values (Yuen 1974; Tukey & McLaughlin 1963); no bootstrap, which
covers far less than it says with the dozen rounds a run has.
"""

import math
import statistics
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from .t_distribution import t_cdf, t_quantile

# Under four rounds a t interval exists on paper only: nothing is trimmed and one launch decides it.
MIN_ROUNDS = 4
# What may be printed, and how many samples of each round have to lie beyond it.
QUANTILES = (0.5, 0.9, 0.99, 0.999)
MIN_TAIL = 30
MEDIAN, MIN_MEDIAN = 0.5, 2


class Estimate(msgspec.Struct, frozen=True):
    """A value with its 95 % interval, from `n` rounds; the unit is that of `value`.

    Without enough rounds for an interval it is (-inf, inf), which `exp` turns into (0, inf).
    Raises ValueError unless `value` is finite, low <= value <= high and n >= 1.
    """

    value: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"the value of an estimate must be finite, not {self.value}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} must lie in its interval, from {self.low} to {self.high}")
        if self.n < 1:
            raise ValueError(f"an estimate needs at least one round, not {self.n}")

    def exp(self) -> "Estimate":
        """Return a log-scale estimate on the natural scale; ValueError where the value overflows there."""
        return Estimate(_exp(self.value), _exp(self.low), _exp(self.high), self.n)


class Trimmed(msgspec.Struct, frozen=True):
    """A trimmed mean of `n` rounds, its standard error and degrees of freedom, in the unit of the rounds.

    `se` is inf where there are too few rounds for one: the interval is then everything and p is 1.
    """

    mean: float
    se: float
    df: int
    n: int
    confidence: float = 0.95

    def estimate(self) -> Estimate:
        """Return mean ± t((1 + confidence) / 2, df) · se."""
        if math.isinf(self.se):
            return Estimate(self.mean, -math.inf, math.inf, self.n)
        half = t_quantile((1 + self.confidence) / 2, self.df) * self.se
        return Estimate(self.mean, self.mean - half, self.mean + half, self.n)

    def p_above(self, threshold: float) -> float:
        """Return the one-sided p-value of "the centre is at most `threshold`"."""
        if math.isinf(self.se):
            return 1.0
        if not self.se:
            return 0.0 if self.mean > threshold else 1.0
        return t_cdf((threshold - self.mean) / self.se, self.df)

    def p_value(self) -> float:
        """Return the two-sided p-value of "the centre is 0"; rounds without spread decide outright."""
        if math.isinf(self.se) or self.mean == 0:
            return 1.0
        return 2 * t_cdf(-abs(self.mean) / self.se, self.df) if self.se else 0.0


def trimmed(values: Sequence[float], trim: float = 0.2, confidence: float = 0.95) -> Trimmed:
    """Return the mean without the `trim` share of lowest and of highest rounds, and its standard error.

    g = floor(trim · R), h = R - 2g; SE = s_w / ((1 - 2g/R) √R), s_w the standard deviation of the
    winsorised rounds; h - 1 degrees of freedom (Yuen 1974; Tukey & McLaughlin 1963).
    Raises ValueError on no values, one that is not finite, trim outside [0, 0.5), confidence outside (0, 1).
    """
    if not 0 <= trim < 0.5:
        raise ValueError(f"trim must be at least 0 and under 0.5, not {trim}")
    ordered = _ordered(values, confidence)
    n = len(ordered)
    g = math.floor(n * Decimal(repr(trim)))  # in binary, 0.29 · 100 falls short of 29
    kept = ordered[g : n - g]
    mean = statistics.mean(kept)  # exact, so equal rounds have exactly their own mean and no spread
    if n < MIN_ROUNDS or len(kept) < 2:
        return Trimmed(mean, math.inf, len(kept) - 1, n, confidence)
    winsorised = [kept[0]] * g + kept + [kept[-1]] * g
    se = statistics.stdev(winsorised) * math.sqrt(n) / len(kept)
    return Trimmed(mean, se, len(kept) - 1, n, confidence)


def trimmed_mean(values: Sequence[float], trim: float = 0.2) -> float:
    """Return the mean without the `trim` share of lowest and of highest values; ValueError on none."""
    if not values:
        raise ValueError("there is no mean of nothing")
    cut = int(len(values) * trim)
    return statistics.fmean(sorted(values)[cut : len(values) - cut])


def estimate_ratio(log_ratios: Sequence[float]) -> Estimate:
    """Return the ratio whose logarithms the rounds hold (no unit); ValueError as in `trimmed`."""
    return trimmed(log_ratios).estimate().exp()


def estimate_log(values: Sequence[float]) -> Estimate:
    """Return the centre of positive values, in their unit, computed on their logarithms.

    Times and rates vary by factors, so the logarithm is where their spread is symmetric.
    Raises ValueError on a value that is not positive, and as `trimmed` does.
    """
    if not all(v > 0 for v in values):
        raise ValueError(f"the logarithm needs positive values, not {min(values)}")
    return estimate_ratio([math.log(v) for v in values])


def order_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float] | None:
    """Return the narrowest (x_(k), x_(n+1-k)) that covers the median with at least `confidence`.

    It assumes no distribution: the count of rounds under the median is binomial(n, 1/2). None where even
    the smallest and the largest round cover less, which is n < 6 at 95 %. ValueError as in `trimmed`.
    """
    ordered = _ordered(values, confidence)
    n = len(ordered)
    k, outside = 0, 1  # outside: in how many of the 2^n patterns at most k rounds lie under the median
    while k < n // 2 and (2**n - 2 * outside) / 2**n >= confidence:
        k += 1
        outside += math.comb(n, k)
    return (ordered[k - 1], ordered[n - k]) if k else None


def allowed_quantiles(n: int, quantiles: Sequence[float] = QUANTILES) -> tuple[float, ...]:
    """Return the quantiles that `n` samples of a round support: n (1 - q) >= 30, in decimal arithmetic.

    The median has no tail that could be missed: two samples have one, and how sure it is, the rounds tell.
    """
    return tuple(
        q for q in quantiles if n * (1 - Decimal(repr(q))) >= MIN_TAIL or (q == MEDIAN and n >= MIN_MEDIAN)
    )


def holm_adjusted(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values in the order given (Holm 1979); ValueError on one outside [0, 1]."""
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values lie between 0 and 1, not {list(p_values)}")
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for step, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, (len(p_values) - step) * p_values[index]))
        adjusted[index] = floor
    return adjusted


def holm(p_values: Sequence[float], alpha: float = 0.05) -> list[bool]:
    """Return which hypotheses Holm's step-down test rejects at `alpha` for the family, in the order given."""
    return [p <= alpha for p in holm_adjusted(p_values)]


def _ordered(values: Sequence[float], confidence: float) -> list[float]:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    ordered = sorted(map(float, values))
    if not ordered or not all(map(math.isfinite, ordered)):
        raise ValueError(f"at least one round is needed, and finite values only, not {list(values)}")
    return ordered


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf
