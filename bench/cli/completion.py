"""What shells complete: the words that an argument or an option knows. Files are the shell's own business.

The parser completes verbs and options by itself. A callback gets what was typed so far; it imports as little
as it can, for somebody waits for each key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..planning.profiles import PROFILES
from ..targets.catalogue import CLIENTS, LOOPS, SERVERS


class Completion(Protocol):
    """A callback of the parser's: from what was typed to the words it may become."""

    def __call__(self, incomplete: str) -> list[str]:
        """Return those words."""


def servers(incomplete: str) -> list[str]:
    """Return servers, also of other distributions, also behind a label: `mine=tor`."""
    from ..environments.plugins import register

    register()
    return _behind("=", incomplete, SERVERS)


def clients(incomplete: str) -> list[str]:
    """Return clients, one or several with commas."""
    from ..environments.plugins import register

    register()
    return _behind(",", incomplete, CLIENTS)


def loops(incomplete: str) -> list[str]:
    """Return event loops."""
    return _behind(",", incomplete, LOOPS)


def metrics(incomplete: str) -> list[str]:
    """Return metrics that can be gated, as `--margin` takes them, too."""
    from ..plan.margins import NAMES

    return _behind(",", incomplete, NAMES)


def margins(incomplete: str) -> list[str]:
    """Return what a margin for one metric begins with."""
    return [f"{one}=" for one in metrics(incomplete)]


def formats(incomplete: str) -> list[str]:
    """Return formats."""
    from ..workflow.formats import FORMATS

    return _behind(",", incomplete, FORMATS)


def written(incomplete: str) -> list[str]:
    """Return what stands before the file of `--write`."""
    return [f"{one}=" for one in formats(incomplete)]


def of(*words: str) -> Completion:
    """Return what completes to these words, one or several with commas."""

    def complete(incomplete: str) -> list[str]:
        return _behind(",", incomplete, words)

    return complete


profiles = of(*PROFILES)


def _behind(sign: str, incomplete: str, words: Iterable[Any]) -> list[str]:
    """Return what was typed up to the last such sign, with each word that the rest begins."""
    begin, found, rest = incomplete.rpartition(sign)
    return [f"{begin}{found}{one}" for one in words if one.startswith(rest)]
