"""A judgement as the comment of a pull request: its summary behind a mark that finds it again.

A comment differs from the summary of a step: it may have 65,536 characters, and GitHub and GitLab tell people
who are named in it with an `@`, and issues that are named with a `#`. Neither is meant by a server's label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..verdicts.judgement import Judgement
from .summary import Place, summary

CHARACTERS = 65_536
"""As many as a comment of GitHub's may have; in bytes it may have more, so these are never too many."""

NOTHING = "&#8203;"
"""A space of no width: what stands behind it is no name any more, and looks the same."""

_NAMES = re.compile(r"(?<![\w&])[@#!](?=\w)|(?<=\w)#(?=\d)")
"""What may be the sign of a person, an issue or a merge request; `&#124;` and `a@b` are none."""


def comment(
    judgement: Judgement,
    *,
    name: str,
    tables: Sequence[tuple[str, str]],
    command: str,
    to_fill_in: str = "",
) -> str:
    """Return Markdown that begins with the mark of this name, and is no longer than a comment may be."""
    head = f"{mark(name)}\n"
    place = Place(CHARACTERS - len(head), "a comment has room for 65,536 characters", tame)
    return head + summary(judgement, tables=tables, command=command, to_fill_in=to_fill_in, place=place)


def mark(name: str) -> str:
    """Return the line that nobody sees, by which a later comment of this name finds the one to replace."""
    return f"<!-- wsbench: {re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')} -->"


def tame(text: str) -> str:
    """Return Markdown in which nobody is named: not `@somebody`, and no issue `#1`."""
    return _NAMES.sub(lambda found: f"{found[0]}{NOTHING}", text)
