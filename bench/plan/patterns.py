"""Patterns of cells: which of them match nothing in a run, and which are misspelt and never will."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ..demand.workload import Workload
from ..errors import UsageError
from ..targets.catalogue import CLIENTS, SERVERS
from .margins import Gates

NEAR = 0.7
"""How like a known part one must be to be called misspelt (difflib's ratio)."""

_EDGES = "*?, "
_SAMPLES = (
    Workload(connections=16, fragments=4, idle=10, slow_readers=2, think_us=10),
    Workload(connections=1, slow_readers=1, text=False, words=True, depth=32),
    Workload(text=False, think_us=10),
)
"""Workloads that together have all words that the name of one can have."""


def unmatched(gates: Gates, cells: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that match none of some cells: they may be for other runs of the same project."""
    names = list(cells)
    return tuple(one for one in gates.cells if not any(fnmatchcase(name, one) for name in names))


def require_spelt(gates: Gates, judged: Sequence[str], cells: Iterable[str]) -> None:
    """Raise `UsageError` for a pattern that matches none of the cells `judged` and is nearly one's name.

    `cells` are all of the run. A pattern of names that nothing is like is left alone: one file serves all
    runs of a project, and what its servers are called in others is not known here.
    """
    known = _known(cells)
    for pattern in unmatched(gates, judged):
        for part in _parts(pattern):
            near = _nearest(part, known)
            if near:
                raise UsageError(
                    f'{gates.source or "margins"}: the pattern "{pattern}" matches no cell; did you mean'
                    f' {near!r} for {part.strip(_EDGES)!r}? A cell is called "{judged[0]}"'
                )


def _known(cells: Iterable[str]) -> dict[str, str]:
    """Return the parts of all names that are known, as they read, by what they are without their numbers."""
    names = [*cells, *map(str, _SAMPLES)]
    parts = [*SERVERS, *CLIENTS, *(part for name in reversed(names) for part in _parts(name))]
    return {_plain(part): part for part in parts}


def _parts(name: str) -> list[str]:
    """Return server, client, and the parts of the workload that a name or a pattern has."""
    return [part.strip() for part in re.split(r"\bby |,(?!\d)", name)]


def _plain(part: str) -> str:
    return re.sub(r"\d[\d,.]*", "N", part)


def _nearest(part: str, known: dict[str, str]) -> str:
    """Return the known part that one seems to be meant for, "" where it is known itself or like none."""
    plain, bare = _plain(part), _plain(part.strip(_EDGES))
    if any(fnmatchcase(name, plain) for name in known):
        return ""
    if any(name in bare for name in known):  # `tornado-new` is somebody's own
        return ""
    return next((known[near] for near in difflib.get_close_matches(bare, known, n=1, cutoff=NEAR)), "")
