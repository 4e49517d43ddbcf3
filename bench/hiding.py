"""What no output of ours may say: values of the user's, and every text of others without them.

Servers, libraries and operating systems quote what they were given: a close reason, a log line, an exception.
Whatever was handed to `hide` since a command began is replaced in such texts, also where only a piece of it
is quoted. Numbers of ours never go through here.
"""

from __future__ import annotations

import json
import re

HIDDEN = "…"
"""What is shown in the place of a secret."""

LEAST = 4
"""In characters. Shorter values stand in every text."""

PIECE = 12
"""So many characters in a row that a text shares with a hidden value are hidden, too."""

SEARCHED = 65_536
"""So many characters of a value are looked for: a message may have megabytes."""

_USER = re.compile(r"(?<=://)[^/?#\s@'\":]*:[^/?#\s@'\"]*(?=@)")
"""User and password in any URL, whoever wrote it: an index, a proxy, a repository."""

_BETWEEN = "\0\n"
"""Stands between values that are searched together; no line has it, so no piece is of two."""

_values: dict[str, None] = {}


def hide(*values: str) -> None:
    """Keep values out of what is told from now on, also as a `repr` and JSON write them."""
    for value in (one.strip()[:SEARCHED] for one in values):
        for one in (value, repr(value)[1:-1], json.dumps(value)[1:-1]):
            if len(one) >= LEAST:
                _values[one] = None


def forget() -> None:
    """Begin a command: nothing is hidden."""
    _values.clear()


def told(text: str) -> str:
    """Return a text as it may be told."""
    text = _USER.sub(HIDDEN, text)
    for value in sorted(_values, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _without_pieces(text, _BETWEEN.join(one for one in _values if len(one) > PIECE))


def _without_pieces(text: str, values: str) -> str:
    parts, begin, at = [], 0, 0
    while at + PIECE <= len(text):
        if text[at : at + PIECE] not in values:
            at += 1
            continue
        end = at + PIECE
        while end < len(text) and text[at : end + 1] in values:
            end += 1
        parts += [text[begin:at], HIDDEN]
        begin = at = end
    return "".join([*parts, text[begin:]])
