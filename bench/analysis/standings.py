"""Who stands where in a group of comparable cells: ranks, an order of lines, and the headline sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from ..facts import cell_values
from ..facts.cell_values import Records
from ..stats.ranking import Headline, Rank, Ranking, headline, rank


class Standing(msgspec.Struct, frozen=True):
    """The outcome for the servers that take part: rank texts and an order, as indices into them."""

    ranks: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    headline: str = ""


def stand(
    names: Sequence[str], records: Sequence[Records], limited: Sequence[str], *, throughput: bool
) -> Standing:
    """Rank the servers `names`; `limited` are others whose number is their client's, not their own.

    Those may be faster than they look, so they take no rank, and everybody's worst rank leaves them room.
    """
    if not names:
        return Standing(headline=_unknown(limited))
    pairs = {
        (a, b): cell_values.log_ratios(records[a], records[b], "throughput" if throughput else "rtt_p50")
        for a in range(len(names))
        for b in range(a + 1, len(names))
    }
    ranking = rank(names, pairs, lower_is_better=not throughput)
    sentence = _sentence(names, headline(ranking), throughput=throughput)
    return Standing(
        ranks=tuple(_ranks(ranking, len(limited))),
        order=ranking.order,
        headline=_unknown(limited) or sentence,
    )


def _ranks(ranking: Ranking, room: int) -> list[str]:
    equal = {place for pair in ranking.equal for place in pair}
    return [
        f"{Rank(one.best, one.worst + room)}{'=' if place in equal else ''}"
        for place, one in enumerate(ranking.ranks)
    ]


def _unknown(limited: Sequence[str]) -> str:
    """Return why nobody can be named, "" where somebody can."""
    if not limited:
        return ""
    return f"Who carries the most messages can't be told: the client was the limit with {', '.join(limited)}."


def _sentence(names: Sequence[str], top: Headline, *, throughput: bool) -> str:
    """Name the winner and its lead over the runner-up, or say that they were not separated."""
    first = names[top.first]
    if top.runner_up is None or top.lead is None:
        return ""
    second, lead = names[top.runner_up], top.lead
    if math.isinf(lead.high):
        return f"{first} and {second}: too few rounds to tell them apart."
    apart = f"{_percent(lead.value)} % ({_percent(lead.low)} to {_percent(lead.high)} %)"
    if not top.separated:
        uneven = ", too unevenly over the rounds to be sure" if lead.low > 1 else ""
        return f"{first} and {second} were not separated: {apart} apart{uneven}."
    verb = "carries the most messages" if throughput else "answers fastest"
    return f"{first} {verb}, {apart} ahead of {second}."


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:.1f}"
