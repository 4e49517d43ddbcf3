"""A judgement for GitHub Actions: the summary of a step, and annotations of a run.

Sources: GitHub's reference of workflow commands, and its runner, which turns down a summary of more than
1 MiB, cuts messages at 4,096 characters and counts ten annotations of a kind in a step.
"""

import re
from collections.abc import Iterable, Sequence

from ..escaping import code, markdown, visible, workflow_message, workflow_property
from ..plan.metrics import metric_title
from ..rendering.columns import lines_of_notices
from ..report.judgement import headline
from ..report.verdict_tables import change_text, explanation, margin_text, value_text
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import by_gravity
from ..verdicts.verdict import Verdict
from .junit import details

SUMMARY_BYTES = 1024 * 1024
MOST_ANNOTATIONS = 10
MESSAGE_CHARACTERS = 4096
LEFT_OUT_BYTES = 500
"""Room for the sentences that say what was left out."""

TITLE = "wsbench"
HEAD = (
    "| cell | metric | before | after | change | margin | verdict |",
    "| :--- | :--- | ---: | ---: | ---: | ---: | :--- |",
)


def summary(
    judgement: Judgement,
    *,
    tables: Sequence[tuple[str, str]],
    command: str,
    to_fill_in: str = "",
    limit: int = SUMMARY_BYTES,
) -> str:
    """Return Markdown for `$GITHUB_STEP_SUMMARY`, of `limit` bytes in UTF-8 at most.

    `tables` are titles and Markdown, to be folded; `command` is what reproduces the run, and `to_fill_in`
    says what is not shown of it. Where all of it is too long, folded tables are left out from the end, then
    rows and notices; heading, rule and command stay.
    """
    gated = by_gravity(judgement.gated)
    heading = f"## {TITLE}: {judgement.word}\n\n{markdown(headline(judgement))}\n\n"
    end = f"Rule: {markdown(judgement.rule)}\n\n{_fenced(code(command))}\n"
    end += f"\n{markdown(to_fill_in)}\n" if to_fill_in else ""
    room = limit - _bytes(heading + end) - LEFT_OUT_BYTES
    notes = [*(f"note: {cell}" for cell in judgement.unmatched), *lines_of_notices(judgement.notices)]
    noted = _that_fit([f"- {markdown(line)}\n" for line in notes], room // 4)
    room -= _bytes(*noted)
    top = _top(gated)
    room -= _bytes(top)
    rows = _that_fit([_row(one) for one in gated], room)
    room -= _bytes(*rows)
    folded = _that_fit([_fold(title, code(text)) for title, text in tables], room)
    return "".join(
        (
            heading,
            top,
            *rows,
            _left_out(len(gated) - len(rows), "gated line"),
            "\n",
            *noted,
            _left_out(len(notes) - len(noted), "notice"),
            "\n",
            *folded,
            _left_out(len(tables) - len(folded), "table"),
            end,
        )
    )


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


def _fenced(command: str) -> str:
    """Return a block of code whose fence is longer than any in it."""
    longest = max(map(len, re.findall("`+", command)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{command}\n{fence}"


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


def _left_out(count: int, what: str) -> str:
    if not count:
        return ""
    many, was = ("", "was") if count == 1 else ("s", "were")
    return f"\n{count} {what}{many} {was} left out: GitHub takes no more than 1 MiB from a step.\n\n"


def annotations(judgement: Judgement, *, strict: bool) -> str:
    """Return workflow commands, a line each: errors for what failed, warnings for what is open, and notices.

    Open is what is INCONCLUSIVE, not judged, or on one side only; `strict` makes errors of it. Of each kind
    there are as many as GitHub shows, the gravest first; the last one holds what is beyond.
    """
    gated = by_gravity(judgement.gated)
    voids = [one.text for one in judgement.notices if one.invalid]
    failed = [one for one in gated if _is_error(one) and one.reason not in voids]
    errors = [*(f"INVALID: {text}" for text in voids), *map(_line, failed)]
    undecided = [one for one in gated if one.verdict in {"INCONCLUSIVE", "NOT JUDGED"} and not _is_error(one)]
    still_open = [*map(_line, undecided), *map(str, judgement.unmatched)]
    kinds = {
        "error": errors + (still_open if strict else []),
        "warning": [] if strict else still_open,
        "notice": [one.text for one in judgement.notices if not one.invalid],
    }
    return "".join(
        _command(kind, message)
        for kind, messages in kinds.items()
        for message in _merged(list(dict.fromkeys(messages)))
    )


def _is_error(verdict: Verdict) -> bool:
    return verdict.verdict in {"INVALID", "REGRESSED"} or verdict.lost


def _line(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.cell}, against {verdict.base}: {details(verdict)}"


def _merged(messages: Sequence[str]) -> Sequence[str]:
    """Return as many messages as GitHub shows, the last of them made of all that are beyond."""
    if len(messages) <= MOST_ANNOTATIONS:
        return messages
    kept, beyond = messages[: MOST_ANNOTATIONS - 1], messages[MOST_ANNOTATIONS - 1 :]
    return [*kept, "\n".join((f"{len(beyond)} more:", *beyond))]


def _command(kind: str, message: str) -> str:
    message = visible(message, but="\r\n")
    if len(message) > MESSAGE_CHARACTERS:
        message = f"{message[: MESSAGE_CHARACTERS - 1]}…"
    return f"::{kind} title={workflow_property(TITLE)}::{workflow_message(message)}\n"
