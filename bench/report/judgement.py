"""The report of a judgement: what its pages show, and what scripts read of it."""

from __future__ import annotations

from typing import Any

from ..verdicts.judgement import Judgement
from ..verdicts.verdict import Verdict
from .columns import lines_of_notices
from .formats import Page, formats
from .verdict_tables import headline, verdict_tables


def pages(judgement: Judgement, _width: int | None) -> list[Page]:
    """Return the headline and every verdict, then the rule and every notice; the width changes nothing."""
    closing = [f"rule: {judgement.rule}", *lines_of_notices(judgement.notices)]
    return [Page(verdict_tables(judgement), closing, headline(judgement))]


def document(judgement: Judgement) -> dict[str, Any]:
    """Return what JSON says of a judgement; changes and margins are shares, 0.05 for 5 %."""
    return {
        "verdict": judgement.word,
        "verdicts": [_verdict(one) for one in judgement.gated],
        "rule": judgement.rule,
        "warnings": judgement.notices,
    }


def _verdict(one: Verdict) -> dict[str, object]:
    shown = ("cell", "metric", "change", "low", "high", "verdict", "needed_rounds")
    more = ("margin", "rounds", "base", "candidate", "versions", "reason")
    return {name: getattr(one, name) for name in (*shown, *more)}


FORMATS = formats(pages, document)
