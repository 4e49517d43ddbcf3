"""Who is better than whom, as far as the rounds can tell.

Every pair of servers is compared inside the rounds, where both were alive. A rank is an interval: what the
rounds do not separate is not put in an order.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import msgspec

from .estimate import Estimate, Trimmed, holm, order_interval, trimmed

Pair = tuple[int, int]


class Rank(msgspec.Struct, frozen=True):
    """The ranks a server may have, 1 the best; printed as "2" or "2–3"."""

    best: int
    worst: int

    def __post_init__(self) -> None:
        if not 1 <= self.best <= self.worst:
            raise ValueError(f"a rank needs 1 <= best <= worst, not {self.best} and {self.worst}")

    def __str__(self) -> str:
        return str(self.best) if self.best == self.worst else f"{self.best}\N{EN DASH}{self.worst}"


class Ranking(msgspec.Struct, frozen=True):
    """Servers compared pair by pair; every index points into `names`."""

    names: tuple[str, ...]
    order: tuple[int, ...]
    """Every server once, for the lines of a table: the best point estimate first."""
    ranks: tuple[Rank, ...]
    """One for each name, in the order of `names`."""
    equal: frozenset[Pair]
    """Pairs (i, j), i < j, whose whole 95 % interval lies within the band. They may be separated as well:
    a difference can be certain and too small to matter."""
    separated: frozenset[Pair]
    """Pairs (better, worse) of which the rounds leave no doubt."""
    lead: Estimate | None
    """How many times better the first of `order` is than the second: 1.12 reads "12 % faster". Under 1 only
    where the order is that of given values, and the rounds' own comparison goes the other way. None for a
    single server, or where the two share no round."""
    separated_top: bool
    """Whether the first of `order` is surely better than the second."""


class Headline(msgspec.Struct, frozen=True):
    """The first line of a report: the top two, the lead and whether it is more than noise."""

    first: int
    runner_up: int | None
    lead: Estimate | None
    separated: bool


def rank(  # noqa: PLR0913, PLR0917  # what is ranked, and by which rules
    names: Sequence[str],
    log_ratios: Mapping[Pair, Sequence[float]],
    lower_is_better: bool,
    band: float = 0.03,
    alpha: float | None = None,
    values: Sequence[float] = (),
    bounds: Collection[int] = (),
) -> Ranking:
    """Rank the servers `names` by the per-round ln(value_i / value_j) of all pairs (i, j), i < j.

    `values` are the numbers that are shown beside the ranks: they give the order then, and no pair is
    separated against them. `bounds` are servers that may be better than their number: nobody is surely better
    than one of those.

    Pairs may have different numbers of rounds; one without any is left out, and one with fewer than four is
    never separated. `band` is the half-width of "equal" as a share, `alpha` what Holm's test gets for all
    pairs together, `separating_alpha` of the fewest rounds if left out. Raises ValueError on no names, or a
    pair that is not i < j inside `names`.
    """
    gaps = _gaps(len(names), log_ratios, lower_is_better)
    centres = {pair: trimmed(rounds) for pair, rounds in gaps.items()}
    order = _by_value(values, lower_is_better) if values else _order(len(names), centres)
    fewest = min(map(len, gaps.values()), default=0)
    separated = frozenset(
        (better, worse)
        for better, worse in _separated(gaps, centres, separating_alpha(fewest) if alpha is None else alpha)
        if worse not in bounds and (not values or order.index(better) < order.index(worse))
    )
    top = order[:2]
    return Ranking(
        names=tuple(names),
        order=order,
        ranks=_ranks(len(names), separated),
        equal=frozenset(
            pair
            for pair, centre in centres.items()
            if not {*pair} & {*bounds} and _within(centre.estimate(), band)
        ),
        separated=separated,
        lead=_lead(order, gaps),
        separated_top=top in separated,
    )


def separating_alpha(rounds: int) -> float:
    """Return the level at which some pair of equal servers is separated in at most 2 % of runs.

    The trimmed t is an approximation, and pairs share their servers: at 1 % some of two to eight equal
    servers are separated in up to 2.0 % of runs, over 4 to 24 rounds; 5 % would give up to 8 % (simulated,
    normal rounds). With six to eight rounds the order statistics want all of them on one side, which is
    half the test already: 3 % gives 1.9 % there.
    """
    return 0.03 if 6 <= rounds <= 8 else 0.01


def headline(ranking: Ranking) -> Headline:
    """Return the top two of a ranking and what is between them."""
    runner_up = ranking.order[1] if len(ranking.order) > 1 else None
    return Headline(ranking.order[0], runner_up, ranking.lead, ranking.separated_top)


def _gaps(
    count: int, log_ratios: Mapping[Pair, Sequence[float]], lower_is_better: bool
) -> dict[Pair, list[float]]:
    """Turn the signs so that a positive gap says the first of the pair is better."""
    if count < 1:
        raise ValueError("there is nothing to rank without a server")
    for i, j in log_ratios:
        if not 0 <= i < j < count:
            raise ValueError(f"a pair needs 0 <= i < j < {count}, not {i} and {j}")
    sign = -1 if lower_is_better else 1
    return {pair: [sign * v for v in rounds] for pair, rounds in sorted(log_ratios.items()) if len(rounds)}


def _gap(centres: Mapping[Pair, Trimmed], i: int, j: int) -> float | None:
    """By how much i is better than j on the log scale; None where they share no round."""
    if (i, j) in centres:
        return centres[i, j].mean
    return -centres[j, i].mean if (j, i) in centres else None


def _order(count: int, centres: Mapping[Pair, Trimmed]) -> tuple[int, ...]:
    """Sort by the mean gap to all others, then let neighbours agree with their own comparison.

    The mean gap is the least-squares score of paired comparisons, and favours no server as reference.
    Trimmed means don't add up around a triangle, though, so of two close servers the one with the better
    score may have lost the direct comparison; an insertion pass puts the other one above it.
    """

    def score(i: int) -> float:
        gaps = [gap for j in range(count) if (gap := _gap(centres, i, j)) is not None]
        return math.fsum(gaps) / max(1, len(gaps))

    order: list[int] = []
    for server in sorted(range(count), key=score, reverse=True):
        place = len(order)
        while place and (_gap(centres, server, order[place - 1]) or 0.0) > 0:
            place -= 1
        order.insert(place, server)
    return tuple(order)


def _by_value(values: Sequence[float], lower_is_better: bool) -> tuple[int, ...]:
    return tuple(sorted(range(len(values)), key=values.__getitem__, reverse=not lower_is_better))


def _separated(
    gaps: Mapping[Pair, list[float]], centres: Mapping[Pair, Trimmed], alpha: float
) -> frozenset[Pair]:
    """Return (better, worse) where Holm over all pairs rejects and the order statistics agree."""
    rejected = holm([centre.p_value() for centre in centres.values()], alpha)
    certain = [pair for pair, reject in zip(centres, rejected, strict=True) if reject]
    better = {pair for pair in certain if centres[pair].mean > 0 and _low(gaps[pair]) > 0}
    worse = {(j, i) for i, j in certain if centres[i, j].mean < 0 and _low([-v for v in gaps[i, j]]) > 0}
    return frozenset(better | worse)


def _low(rounds: list[float]) -> float:
    """Return the low end of the order-statistic interval; inf, no objection, where there is none."""
    interval = order_interval(rounds)
    return math.inf if interval is None else interval[0]


def _ranks(count: int, separated: frozenset[Pair]) -> tuple[Rank, ...]:
    ahead = [sum(worse == i for _, worse in separated) for i in range(count)]
    behind = [sum(better == i for better, _ in separated) for i in range(count)]
    return tuple(Rank(1 + a, count - b) for a, b in zip(ahead, behind, strict=True))


def _within(gap: Estimate, band: float) -> bool:
    return -math.log1p(band) <= gap.low and gap.high <= math.log1p(band)


def _lead(order: tuple[int, ...], gaps: Mapping[Pair, list[float]]) -> Estimate | None:
    if len(order) < 2:
        return None
    first, second = order[:2]
    rounds = gaps.get((first, second)) or [-v for v in gaps.get((second, first), [])]
    return trimmed(rounds).estimate().exp() if rounds else None
