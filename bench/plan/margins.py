"""What is gated, and by which margin: how much worse a metric may become before it counts as a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from ..errors import UsageError
from ..targets.catalogue import choose
from .metrics import Subject, gateable, is_gated, is_shown

MARGIN = 0.05
OWN_MARGINS = {"instructions": 0.005}
"""Margins of metrics that repeat so well that a margin for times would be none for them: `--margin 5` leaves
them as they are unless counts alone decide, `--margin instructions=1` does not."""

DEFAULT, GATE = "margin", "gate"
"""What may stand in the table of a pattern besides metrics: a margin for all that is gated, and whether its
cells are gated at all."""

NAMES = tuple(
    dict.fromkeys(one for goal in ("latency", "throughput", "load", "count") for one in gateable(goal))
)
"""The metrics that may have a margin."""


class Gates(msgspec.Struct, frozen=True):
    """Margins as shares (0.05 is 5 %): a default, by metric, and by metric for cells whose name matches.

    A margin of 0 takes a metric out. `cells` maps a pattern (`*16 connections*`) to margins by metric; where
    several patterns match, the last one decides. Beside metrics a pattern may have `margin`, for all that is
    gated by default, and `gate`, which is 0 where its cells are shown and not gated. `source` is the file
    that all this was read from, "" for none.
    """

    margin: float = MARGIN
    metrics: Mapping[str, float] = {}
    cells: Mapping[str, Mapping[str, float]] = {}
    source: str = ""

    def margin_of(self, cell: str, metric: str) -> float:
        """Return the margin of a cell's metric; 0 where it is not gated."""
        usual = OWN_MARGINS.get(metric, self.margin if is_gated(metric) else 0.0)
        found = self.metrics.get(metric, usual)
        for margins in self._of(cell):
            if DEFAULT in margins and is_gated(metric) and metric not in OWN_MARGINS:
                found = margins[DEFAULT]
            found = margins.get(metric, found if margins.get(GATE, 1.0) else 0.0)
        return found

    @property
    def told(self) -> str:
        """Where the margins are from, as a sentence behind a rule; "" where they are from no file."""
        return f" Margins are from {self.source}." if self.source else ""

    def shows(self, cell: str, metric: str) -> bool:
        """Whether a metric has a line where it is not gated: rtt_p99, and all of a cell only to be shown."""
        return is_shown(metric) or (is_gated(metric) and any(GATE in one for one in self._of(cell)))

    def is_excepted(self, cell: str, goal: Subject) -> bool:
        """Whether it is a pattern that leaves a cell without any margin: somebody wants it so."""
        return not self.gated(cell, goal) and bool(Gates(self.margin, self.metrics).gated(cell, goal))

    def _of(self, cell: str) -> list[Mapping[str, float]]:
        return [margins for pattern, margins in self.cells.items() if fnmatchcase(cell, pattern)]

    def excused(self, cell: str, metric: str) -> bool:
        """Whether a metric that can't be known in a cell is no failure: nobody asked for it by name.

        That is server CPU time, of a server that others started or on a platform that does not tell.
        """
        return metric == "server_cpu" and not any(metric in one for one in (self.metrics, *self._of(cell)))

    def gated(self, cell: str, goal: Subject) -> tuple[str, ...]:
        """Return the metrics of a cell that have a margin."""
        return tuple(metric for metric in gateable(goal) if self.margin_of(cell, metric))


class Comparison(msgspec.Struct, frozen=True):
    """What a run was made to decide: pairs of labels (base, candidate), margins, and when to look.

    `looks` are the numbers of rounds after which the verdicts are looked at, the last being the plan's own;
    `null` is the label of a second copy of the first base, "" for none. With `clients`, pairs of labels
    alike, clients are compared; then both labels of `pairs` are those of the one server they drive.
    """

    pairs: tuple[tuple[str, str], ...]
    gates: Gates = Gates()
    looks: tuple[int, ...] = ()
    null: str = ""
    clients: tuple[tuple[str, str], ...] = ()


def read_margins(words: Sequence[str], project: Gates, called: str = "--margin") -> Gates:
    """Return the margins that `--margin` asks for: `5` and `5%` for all, `rtt_p99=10` for one metric.

    One for all leaves the project's aside. One for a metric goes beside them, and before what patterns say of
    that metric. Raises `UsageError`, which names the option as it is `called`.
    """
    found: dict[str, float] = {}
    for word in words:
        name, equals, percent = (part.strip() for part in word.rpartition("="))
        name = choose(f"metric of {called}", name, NAMES) if equals else ""
        if name in found:
            raise UsageError(f"{called} {word}: {name or 'all that is gated'} has one already")
        found[name] = as_share(_number(percent), f"{called} {word}")
    metrics = {name: share for name, share in found.items() if name}
    if "" in found:
        return Gates(found[""], metrics)
    cells = {
        pattern: {name: share for name, share in margins.items() if name not in metrics}
        for pattern, margins in project.cells.items()
    }
    return msgspec.structs.replace(project, metrics={**project.metrics, **metrics}, cells=cells)


def margins_of_counts(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of `--margin` where counts alone decide: one for all is for instructions then."""
    return tuple(word if "=" in word else f"instructions={word}" for word in words)


def _number(text: str) -> object:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        return text


def as_share(percent: object, said: str) -> float:
    """Turn percent into a share; `false` is 0, which takes a metric out. Raises `UsageError`."""
    if isinstance(percent, int | float) and percent is not True and 0 <= percent <= 1000:
        return round(percent / 100, 6)
    raise UsageError(f"{said}: a margin is a number of percent from 0 to 1000, 5 for 5 %")
