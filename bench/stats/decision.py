"""Verdicts: what rounds say about a change, held against a margin. Pure functions of numbers.

Harm is the logarithm of how much worse the candidate is: positive is slower, fewer messages, more CPU time.
Each of at most two looks decides at half of 5 % (Bonferroni), and a look's claims are read off the 95 %
interval that is printed: its ends are the one-sided bounds at 2.5 %. The trimmed t is an approximation;
simulated, both looks together are wrong in 4.9 % of runs at 8 and 16 rounds, and in 5.4 % at 6 and 12, the
worst. The second is taken while any line is open: if one line's word ended the run, the family's error would
be that of whichever line is the first to be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from .estimate import Trimmed, holm, order_interval
from .t_distribution import t_quantile

Word = Literal["REGRESSED", "IMPROVED", "NO REGRESSION", "INCONCLUSIVE", "NOT JUDGED", "INVALID"]
GRAVEST: tuple[Word, ...] = (
    *("INVALID", "REGRESSED", "NOT JUDGED", "INCONCLUSIVE", "IMPROVED", "NO REGRESSION"),
)
"""The words from the gravest on. INVALID is a run that can't be believed, NOT JUDGED a line without a number
to go by; which of those count is in verdicts/precedence.py."""

ALPHA, LOOKS = 0.05, 2
LOOK_ALPHA = ALPHA / LOOKS
POWER_QUANTILE = 0.8416
"""The normal quantile at 80 %: the chance that the rounds asked for do decide."""
MOST_ROUNDS = 999


class Evidence(msgspec.Struct, frozen=True):
    """The harm of one gated metric: its centre, the rounds behind it (none for stored ones), the margin.

    `margin` is a share of the base's value: 0.05 is 5 % more time, or, where `falling` is what is worse, 5 %
    fewer messages. With `both` it must also be passed for IMPROVED: what repeats within 0.02 % would be that
    by 0.02 % else.
    """

    centre: Trimmed
    rounds: tuple[float, ...]
    margin: float
    falling: bool = False
    both: bool = False

    @property
    def least_gain(self) -> float:
        """How much less harm, as a positive number, is called IMPROVED."""
        return self.bound if self.both else 0.0

    @property
    def bound(self) -> float:
        """The margin as harm; inf where nothing can fall by so much."""
        if not self.falling:
            return math.log1p(self.margin)
        return -math.log1p(-self.margin) if self.margin < 1 else math.inf


class Decision(msgspec.Struct, frozen=True):
    """The word for one gated metric, and for INCONCLUSIVE the number of rounds that would decide it."""

    word: Word
    needed_rounds: int | None = None


def decide(family: Sequence[Evidence], alpha: float = LOOK_ALPHA) -> list[Decision]:
    """Return the decisions on all gated metrics of a run, each claim at `alpha`, one-sided.

    REGRESSED: harm <= margin is rejected, by Holm over the family; so is harm >= 0 for IMPROVED (with `both`
    harm >= -margin), which the interval wholly on the good side of 0 is for a family of one. For both, the
    order statistics must agree on the side of 0. NO REGRESSION: the upper bound of harm is below the margin;
    no correction is needed where every metric has to pass (an intersection-union test, Berger 1982).
    """
    worse = holm([one.centre.p_above(one.bound) for one in family], alpha)
    better = holm([_mirrored(one.centre).p_above(one.least_gain) for one in family], alpha)
    return [
        _decision(one, alpha, len(family), worse=worse[place], better=better[place])
        for place, one in enumerate(family)
    ]


def _decision(one: Evidence, alpha: float, family: int, *, worse: bool, better: bool) -> Decision:
    if worse and _agrees(one.rounds):
        return Decision("REGRESSED")
    if better and _agrees([-value for value in one.rounds]):
        return Decision("IMPROVED")
    if upper(one.centre, alpha) < one.bound:
        return Decision("NO REGRESSION")
    return Decision("INCONCLUSIVE", needed_rounds(one.centre, one.bound, alpha, family))


def upper(centre: Trimmed, alpha: float) -> float:
    """Return the upper one-sided bound at `alpha`."""
    return (
        centre.mean + t_quantile(1 - alpha, centre.df) * centre.se if math.isfinite(centre.se) else math.inf
    )


def _mirrored(centre: Trimmed) -> Trimmed:
    return msgspec.structs.replace(centre, mean=-centre.mean)


def _agrees(rounds: Sequence[float]) -> bool:
    """Whether the order statistics put the harm above 0; of stored sessions there is nothing to count."""
    return not rounds or order_low(rounds) > 0


def order_low(rounds: Sequence[float]) -> float:
    """Return the low end of the order-statistic interval; with too few rounds for one, the least of them."""
    interval = order_interval(rounds)
    return interval[0] if interval else min(rounds)


def needed_rounds(centre: Trimmed, bound: float, alpha: float, family: int = 1) -> int | None:
    """Return about how many rounds would decide, with 80 % chance, if centre and spread stay as they are.

    None where that is past `MOST_ROUNDS`, or unknown because there is no spread yet.
    """
    if not math.isfinite(centre.se) or not centre.se:
        return None
    spread = centre.se * kept_of(centre.n) / math.sqrt(centre.n)  # the winsorised standard deviation
    gap = abs(centre.mean - bound)
    share = alpha / family if centre.mean > bound else alpha

    def decides(rounds: int) -> bool:
        return (t_quantile(1 - share, kept_of(rounds) - 1) + POWER_QUANTILE) * se_of(spread, rounds) < gap

    if not decides(MOST_ROUNDS):
        return None
    low, high = centre.n, MOST_ROUNDS  # more than there were, for those did not decide
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high


def se_of(spread: float, rounds: int) -> float:
    """Return the standard error of the 20 % trimmed mean of `rounds` rounds of a winsorised spread."""
    return spread * math.sqrt(rounds) / kept_of(rounds)


def kept_of(rounds: int) -> int:
    """Return how many rounds the 20 % trimmed mean keeps."""
    return rounds - 2 * (rounds // 5)


def welch(one: Trimmed, other: Trimmed) -> tuple[float, int]:
    """Return standard error and degrees of freedom of a difference (Welch 1947; Yuen 1974 for trimmed)."""
    squares = [one.se**2, other.se**2]
    total = sum(squares)
    if not math.isfinite(total) or not total:
        return math.sqrt(total), max(1, min(one.df, other.df))
    parts = sum(square**2 / df for square, df in zip(squares, (one.df, other.df), strict=True))
    return math.sqrt(total), max(1, math.floor(total**2 / parts))
