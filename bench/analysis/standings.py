"""Who stands where in a group of comparable cells: ranks, an order of lines, and the headline sentence."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import msgspec

from ..facts import cell_values
from ..facts.cell_values import Records
from ..records.run import Run
from ..stats.estimate import MIN_ROUNDS, Estimate, trimmed
from ..stats.ranking import Pair, Ranking, headline, rank

FAR = math.log(1.1)
"""Servers whose ratio is surely past this look apart: ranks that share a place would contradict it."""


class Standing(msgspec.Struct, frozen=True):
    """The outcome for the servers that take part: rank texts and an order, as indices into them."""

    ranks: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    headline: str = ""


class Contender(msgspec.Struct, frozen=True):
    """A server that takes part, with the number that is shown of it.

    `is_bound` says that its throughput is a lower bound, for the client was the limit.
    """

    name: str
    records: Records
    value: float
    is_bound: bool = False


def stand(contenders: Sequence[Contender], *, throughput: bool) -> Standing:
    """Rank servers by the metric their group is about, in the order of the numbers that are shown.

    A lower bound ranks as well: above it nobody is sure to stand. Alone, with too few rounds to separate
    anybody, or with rounds too uneven to separate two that look far apart, nobody has a rank.
    """
    if not contenders:
        return Standing()
    records = [one.records for one in contenders]
    metric = "throughput" if throughput else "rtt_p50"
    pairs = {
        (a, b): cell_values.log_ratios(records[a], records[b], metric)
        for a, b in itertools.combinations(range(len(contenders)), 2)
    }
    ranking = rank(
        [one.name for one in contenders],
        pairs,
        lower_is_better=not throughput,
        values=[one.value for one in contenders],
        bounds={place for place, one in enumerate(contenders) if one.is_bound},
    )
    enough = pairs and min(map(len, pairs.values())) >= MIN_ROUNDS
    unrankable = not enough or any(_is_far(pairs[pair], pair, ranking, contenders) for pair in pairs)
    return Standing(
        ranks=tuple([""] * len(contenders) if unrankable else _ranks(ranking)),
        order=ranking.order,
        headline=_headline(contenders, ranking, throughput=throughput),
    )


def _is_far(
    log_ratios: Sequence[float], pair: Pair, ranking: Ranking, contenders: Sequence[Contender]
) -> bool:
    """Whether two servers are apart by a lot and may share a rank all the same: so uneven are rounds.

    That may be the rounds of a third one, which may stand before, between or behind them.
    """
    one, other = (ranking.ranks[place] for place in pair)
    apart = one.worst < other.best or other.worst < one.best
    if apart or any(contenders[place].is_bound for place in pair):
        return False
    gap = trimmed(log_ratios).estimate()
    return gap.low > FAR or gap.high < -FAR


def _ranks(ranking: Ranking) -> list[str]:
    equal = {place for pair in ranking.equal for place in pair}
    return [f"{one}{'=' if place in equal else ''}" for place, one in enumerate(ranking.ranks)]


def _headline(contenders: Sequence[Contender], ranking: Ranking, *, throughput: bool) -> str:
    """Name the winner and its lead, or say who can't be told apart and why; "" for a single server."""
    top = headline(ranking)
    first = contenders[top.first]
    if top.runner_up is None or top.lead is None:
        return ""
    second, lead = contenders[top.runner_up], top.lead
    if math.isinf(lead.high):
        return f"{first.name} and {second.name}: too few rounds to tell them apart."
    best = [contenders[place] for place in ranking.order if ranking.ranks[place].best == 1]
    limited = [one.name for one in best if one.is_bound]
    if limited and len(best) > 1:
        which = f"Which of {', '.join(one.name for one in best)} carries the most messages can't be told"
        return f"{which}: the client was the limit with {', '.join(limited)}."
    if not top.separated:
        return _undecided(first.name, second.name, lead)
    if not throughput:
        return f"{first.name} is fastest; {second.name} takes {_span(lead)} longer."
    least = "at least " if limited else ""
    return f"{first.name} carries {least}{_span(lead)} more than {second.name}."


def _undecided(first: str, second: str, lead: Estimate) -> str:
    """Say how far apart two servers are that the rounds do not separate."""
    uneven = ", too unevenly over the rounds to be sure" if lead.low > 1 or lead.high < 1 else ""
    return f"{first} or {second}: which is ahead can't be told; they are {_span(lead)} apart{uneven}."


def _span(lead: Estimate) -> str:
    return f"{_percent(lead.value)} % ({_percent(lead.low)} to {_percent(lead.high)} %)"


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:.1f}"


def able(run: Run, good: Sequence[int]) -> list[int]:
    """Return who may take part in the ranking: everybody but yardstick and floor, which measure others."""
    cells = run.header.plan.cells
    return [i for i in good if not run.header.plan.spec_of(cells[i].server).in_every_run]
