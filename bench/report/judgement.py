"""The renderers of a judgement. `JUDGED` is the table from the user's word to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..analysis.judgement import Judgement
from ..analysis.verdict import Verdict
from .columns import Table
from .tables import lines_of_notices
from .terminal import draw
from .verdict_tables import headline, verdict_tables


def terminal(judgement: Judgement) -> str:
    """Return the verdicts for a terminal, the headline first."""
    return draw(verdict_tables(judgement), closing(judgement), head=headline(judgement))


def closing(judgement: Judgement) -> list[str]:
    """Return what stands below the last table: the rule, and every notice."""
    return [f"rule: {judgement.rule}", *lines_of_notices(judgement.notices)]


def markdown(judgement: Judgement) -> str:
    """Return GitHub-flavoured Markdown."""
    parts = [f"**{headline(judgement)}**"]
    for table in verdict_tables(judgement):
        parts += [f"### {table.title}", markdown_table(table), *table.below]
    return "\n\n".join(parts + closing(judgement)) + "\n"


def markdown_table(table: Table) -> str:
    """Return the lines of a table in GitHub-flavoured Markdown."""
    head = [name for name, _ in table.columns]
    rule = ["---:" if numeric else ":---" for _, numeric in table.columns]
    lines = [head, rule, *table.rows]
    return "\n".join("| " + " | ".join(map(_escaped, line)) + " |" for line in lines)


def _escaped(text: str) -> str:
    """Escape what Markdown and HTML would read: labels and paths are the user's words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def json(judgement: Judgement) -> str:
    """Return one JSON object."""
    return msgspec.json.format(msgspec.json.encode(document(judgement)), indent=1).decode() + "\n"


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


JUDGED: dict[str, Callable[[Judgement], str]] = {"table": terminal, "markdown": markdown, "json": json}
