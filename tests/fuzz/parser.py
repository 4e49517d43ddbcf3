"""What a parser is to hypothesis and to atheris: a function of bytes, and what it may raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Parser(NamedTuple):
    """`parse` takes any bytes, raises one of `errors` or nothing, and asserts what else must hold.

    `seeds` are inputs that are right, the first of them, or nearly; `words` what inputs are made of.
    """

    parse: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()

    def take(self, data: bytes) -> None:
        """Parse; raises whatever is not documented, and `AssertionError` for an error of more than a line."""
        try:
            self.parse(data)
        except self.errors as problem:
            if type(problem) not in self.errors:  # UnicodeDecodeError where ValueError is documented
                raise
            _require_line(str(problem), data)


def _require_line(text: str, data: bytes) -> None:
    """Find an error that says nothing, or has more lines than what it quotes."""
    assert text.strip()
    assert "\n" not in text or b"\n" in data


def words_of(text: str) -> tuple[bytes, ...]:
    """Return the words of a text."""
    return tuple(text.encode().split())


def text_of(data: bytes) -> str:
    """Return bytes as a text; what is no UTF-8 the command line does not let in."""
    return data.decode(errors="replace")
