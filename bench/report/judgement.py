"""The report of a judgement: what its pages show, and what scripts read of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ..plan.metrics import METRICS, metric_title
from ..rendering.columns import lines_of_notices
from ..rendering.numbers import blamed
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import by_gravity
from ..verdicts.verdict import Verdict
from .cause_tables import cause_tables
from .formats import Page, formats
from .verdict_tables import change_text, verdict_tables


def pages(judgement: Judgement, _width: int | None) -> list[Page]:
    """Return the headline and every verdict, then the rule and every notice; the width changes nothing."""
    one_sided = [f"note: {cell}" for cell in judgement.unmatched]
    closing = [f"rule: {judgement.rule}", *one_sided, *lines_of_notices(judgement.notices)]
    shown = [*verdict_tables(judgement), *cause_tables(judgement.causes)]
    return [Page(shown, closing, headline(judgement))]


def document(judgement: Judgement) -> dict[str, Any]:
    """Return what JSON says of a judgement; changes and margins are shares, 0.05 for 5 %.

    Before and after are in the metric's unit.
    """
    return {
        "verdict": judgement.word,
        "verdicts": [_verdict(one) for one in judgement.gated],
        "unmatched": judgement.unmatched,
        "rule": judgement.rule,
        "warnings": judgement.notices,
        "causes": judgement.causes,
    }


def _verdict(one: Verdict) -> dict[str, object]:
    shown = ("cell", "metric", "change", "low", "high", "verdict", "needed_rounds")
    more = ("margin", "rounds", "base", "candidate", "versions", "reason", "before", "after", "lost")
    return {name: getattr(one, name) for name in (*shown, *more)}


def headline(judgement: Judgement) -> str:
    """Return the first sentences of the report: the word and whose it is, then what could not be judged."""
    found = [_verdict_sentence(judgement), _unjudged_sentence(judgement), _unmatched_sentence(judgement)]
    return " ".join(filter(None, found))


def _verdict_sentence(judgement: Judgement) -> str:
    gated, word = judgement.gated, judgement.word
    own = [one for one in by_gravity(gated) if one.verdict == word]
    own = [one for one in own if one.lost] or own
    counted = len(gated) - len(judgement.unjudged)
    lines = f"{counted} gated line{'' if counted == 1 else 's'}"
    if not gated:
        return f"{word}: nothing was gated."
    if word == "INVALID":
        return f"{word}, so nothing can be judged: {own[0].reason}."
    if word == "NOT JUDGED":
        return f"{word}: none of the gated lines." if not counted else f"{word}: {_listed(own, _lost)}."
    if word == "NO REGRESSION":
        return f"{word}: all {lines} surely within the margin."
    return f"{word} in {len(own)} of {lines}: {_listed(own, lambda one: f'{_who(one)} {change_text(one)}')}."


def _listed(lines: Sequence[Verdict], show: Callable[[Verdict], str]) -> str:
    """Return the first three lines in words, each once, and how many more there are."""
    texts = list(dict.fromkeys(map(show, lines)))
    return "; ".join(texts[:3]) + (f"; and {len(texts) - 3} more" if len(texts) > 3 else "")


def _lost(verdict: Verdict) -> str:
    return blamed(verdict.candidate, verdict.reason)


def _unjudged_sentence(judgement: Judgement) -> str:
    """Return how many lines were judged and why the others can't be, "" where all were."""
    unjudged = judgement.unjudged
    if not unjudged:
        return ""
    count = Counter(one.reason for one in unjudged)
    reasons = [f"{reason} ({many})" for reason, many in count.most_common(3)]
    rest = len(count) - 3
    more = f"; and {rest} more reason{'' if rest == 1 else 's'}" if rest > 0 else ""
    judged = sum(one.verdict not in {"NOT JUDGED", "INVALID"} for one in judgement.gated)
    lines = f"{judged} line{'' if judged == 1 else 's'} judged"
    return f"{lines}, {len(unjudged)} can't be: {'; '.join(reasons)}{more}."


def _unmatched_sentence(judgement: Judgement) -> str:
    """Return how many cells only one side has, "" where both have the same."""
    count = Counter(cell.what for cell in judgement.unmatched)
    if not count:
        return ""
    told = ", ".join(f"{many} {what}" for what, many in count.items())
    total = sum(count.values())
    return f"Cell{'' if total == 1 else 's'} that only one side has: {told}."


def _who(verdict: Verdict) -> str:
    workload = verdict.workload
    if METRICS[verdict.metric].goals == ("load",):
        return f"{verdict.candidate} {metric_title(verdict.metric)} {verdict.cell.rpartition(', ')[2]}"
    wide = (
        f" at {workload.connections} connections"
        if workload.connections > 1
        else f" at depth {workload.depth}"
    )
    where = "" if workload.goal == "latency" else wide
    return f"{verdict.candidate} {metric_title(verdict.metric)}{where}"


FORMATS = formats(pages, document)
