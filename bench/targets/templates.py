"""Messages of the user's: what is filled in when they are sent, and what is read from files and variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ..errors import UsageError

_FILLED = re.compile(r"\{(n|uuid|timestamp)\}")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def is_constant(text: str) -> bool:
    """Whether a message is the same each time: it holds no `{n}`, `{uuid}` or `{timestamp}`."""
    return not _FILLED.search(text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a message with its placeholders filled in; all other braces stay, as in JSON."""
    return _FILLED.sub(lambda found: values[found[1]], text)


def refers(text: str) -> bool:
    """Whether a value names a file or a variable, which `expanded` puts in its place."""
    return _is_file(text) or bool(_VARIABLE.search(text))


def _is_file(text: str) -> bool:
    return text.startswith("@") and len(text) > 1


def expanded(text: str, said: str, environment: Mapping[str, str], read: Callable[[str], str]) -> str:
    """Return a value with `@FILE` read and every `${NAME}` replaced by the variable; no shell is asked.

    `read` returns the content of a file, of which one line end is dropped; `said` is the option. Bytes that
    are no UTF-8 may stand in it as `surrogateescape` has them.
    Raises `UsageError` for a file that can't be read or a variable that is not set.
    """
    if _is_file(text):
        try:
            text = read(text[1:])
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
            raise UsageError(f"{said} {text}: can't be read: {why}") from None
        text = text.removesuffix("\n").removesuffix("\r")

    def value(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise UsageError(f"{said}: the variable {found[1]} is not set")
        return environment[found[1]]

    return _VARIABLE.sub(value, text)


def is_utf8(text: str) -> bool:
    """Whether a text has no bytes that are no UTF-8, as `surrogateescape` has them."""
    return not any("\udc80" <= one <= "\udcff" for one in text)


def as_bytes(text: str) -> str:
    """Return a text of whose bytes each is one character (latin-1), those that are no UTF-8 included."""
    return text.encode(errors="surrogateescape").decode("latin-1")
