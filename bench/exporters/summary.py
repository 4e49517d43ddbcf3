"""A judgement as Markdown for people who review: the verdict, a chart, the gated lines, all tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..escaping import code, markdown
from ..plan.metrics import is_higher_better, metric_title
from ..rendering.change_line import change_line, scale_line
from ..rendering.columns import lines_of_notices
from ..report.judgement import headline
from ..report.verdict_tables import change_text, explanation, margin_text, value_text
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import by_gravity
from ..verdicts.verdict import Verdict

LEFT_OUT_BYTES = 500
"""Room for the sentences that say what was left out."""

MOST_DRAWN = 8
"""Lines of the chart; all of them are in the table."""

LABEL = 60
"""In characters: names in the chart are cut there, for the table has them whole."""

HEAD = (
    "| cell | metric | before | after | change | margin | verdict |",
    "| :--- | :--- | ---: | ---: | ---: | ---: | :--- |",
)


class Place(NamedTuple):
    """Where Markdown is shown: how many bytes of UTF-8 it takes, why so, and what becomes of text there."""

    limit: int
    why: str
    tame: Callable[[str], str] = str


STEP = Place(1024 * 1024, "GitHub takes no more than 1 MiB from a step")
"""The summary of a step: GitHub's runner turns down a longer one."""


def summary(
    judgement: Judgement,
    *,
    tables: Sequence[tuple[str, str]],
    command: str,
    to_fill_in: str = "",
    place: Place = STEP,
) -> str:
    """Return Markdown that is no longer than its place takes.

    `tables` are titles and Markdown, to be folded; `command` is what reproduces the run, and `to_fill_in`
    says what is not shown of it. Where all of it is too long, folded tables are left out from the end, then
    rows and notices, and the chart; heading, rule and command stay.
    """
    gated, tame = by_gravity(judgement.gated), place.tame
    heading = tame(f"## wsbench: {judgement.word}\n\n{markdown(headline(judgement))}\n\n")
    end = tame(f"Rule: {markdown(judgement.rule)}\n\n") + f"{_fenced(code(command), 'sh')}\n"
    end += tame(f"\n{markdown(to_fill_in)}\n") if to_fill_in else ""
    room = place.limit - _bytes(heading + end) - LEFT_OUT_BYTES
    notes = [*(f"note: {cell}" for cell in judgement.unmatched), *lines_of_notices(judgement.notices)]
    noted = _that_fit([tame(f"- {markdown(line)}\n") for line in notes], room // 4)
    room -= _bytes(*noted)
    top = tame(_top(gated))
    room -= _bytes(top)
    rows = _that_fit([tame(_row(one)) for one in gated], room)
    room -= _bytes(*rows)
    drawn = _that_fit([chart(gated)], room)
    room -= _bytes(*drawn)
    folded = _that_fit([tame(_fold(title, code(text))) for title, text in tables], room)
    return "".join(
        (
            heading,
            *drawn,
            top,
            *rows,
            _left_out(len(gated) - len(rows), "gated line", place.why),
            "\n",
            *noted,
            _left_out(len(notes) - len(noted), "notice", place.why),
            "\n",
            *folded,
            _left_out(len(tables) - len(folded), "table", place.why),
            end,
        )
    )


def chart(gated: Sequence[Verdict]) -> str:
    """Return the changes of the gravest lines as a block of text, "" where no line has one.

    Each is drawn in multiples of its own margin, so that all of them share one scale.
    """
    drawn = [one for one in gated if one.change is not None][:MOST_DRAWN]
    if not drawn:
        return ""
    lines = [scale_line(), *(f"{_drawn(one)} {_size(one):>9}  {_label(one)}" for one in drawn)]
    return f"{_fenced(code(chr(10).join(lines)), 'text')}\n\n"


def _drawn(verdict: Verdict) -> str:
    """Return a line of the chart. More is worse, except where more is better."""
    sign = -1 if is_higher_better(verdict.metric) else 1
    ends = [None if one is None else sign * one / verdict.margin for one in (verdict.low, verdict.high)]
    low, high = ends[::sign]
    return change_line(low, sign * (verdict.change or 0.0) / verdict.margin, high)


def _size(verdict: Verdict) -> str:
    return change_text(verdict).partition(" [")[0]


def _label(verdict: Verdict) -> str:
    text = " ".join(f"{metric_title(verdict.metric)}: {verdict.cell}".splitlines())
    return text if len(text) <= LABEL else f"{text[: LABEL - 1]}…"


def _top(gated: Sequence[Verdict]) -> str:
    """Return what stands above the rows."""
    if not gated:
        return "Nothing was gated.\n"
    bases = ", ".join(dict.fromkeys(one.base for one in gated))
    return f"Before: {markdown(bases)}.\n\n{HEAD[0]}\n{HEAD[1]}\n"


def _row(verdict: Verdict) -> str:
    reason = f"<br>{markdown(explanation(verdict))}" if explanation(verdict) else ""
    cells = (
        markdown(verdict.cell),
        markdown(metric_title(verdict.metric)),
        value_text(verdict.before, verdict.metric),
        value_text(verdict.after, verdict.metric),
        change_text(verdict),
        margin_text(verdict),
        f"**{verdict.verdict}**{reason}",
    )
    return f"| {' | '.join(cells)} |\n"


def _fold(title: str, text: str) -> str:
    return f"<details><summary>{markdown(title)}</summary>\n\n{text.strip()}\n\n</details>\n\n"


def _fenced(text: str, language: str) -> str:
    """Return a block of code whose fence is longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _that_fit(parts: Iterable[str], room: int) -> list[str]:
    """Return the first parts that fit into a number of bytes together."""
    found = []
    for part in parts:
        room -= _bytes(part)
        if room < 0:
            break
        found.append(part)
    return found


def _bytes(*parts: str) -> int:
    return sum(len(part.encode()) for part in parts)


def _left_out(count: int, what: str, why: str) -> str:
    if not count:
        return ""
    many, was = ("", "was") if count == 1 else ("s", "were")
    return f"\n{count} {what}{many} {was} left out: {why}.\n\n"
