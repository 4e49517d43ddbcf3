"""A judgement as annotations of a run of GitHub Actions.

Sources: GitHub's reference of workflow commands, and its runner, which cuts messages at 4,096 characters and
counts ten annotations of a kind in a step.
"""

from collections.abc import Sequence

from ..escaping import visible, workflow_message, workflow_property
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import by_gravity
from ..verdicts.verdict import Verdict
from .junit import details

MOST_ANNOTATIONS = 10
MESSAGE_CHARACTERS = 4096

TITLE = "wsbench"


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
