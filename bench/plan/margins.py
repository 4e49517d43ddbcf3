"""What is gated, and by which margin: how much worse a metric may become before it counts as a regression."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from .metrics import gateable, is_gated
from .workload import Goal

MARGIN = 0.05


class Gates(msgspec.Struct, frozen=True):
    """Margins as shares (0.05 is 5 %): a default, by metric, and by metric for cells whose name matches.

    A margin of 0 takes a metric out. `cells` maps a pattern (`*16 connections*`) to margins by metric; where
    several patterns match, the last one decides.
    """

    margin: float = MARGIN
    metrics: Mapping[str, float] = {}
    cells: Mapping[str, Mapping[str, float]] = {}

    def margin_of(self, cell: str, metric: str) -> float:
        """Return the margin of a cell's metric; 0 where it is not gated."""
        found = self.metrics.get(metric, self.margin if is_gated(metric) else 0.0)
        for pattern, margins in self.cells.items():
            if fnmatchcase(cell, pattern):
                found = margins.get(metric, found)
        return found

    def excused(self, cell: str, metric: str) -> bool:
        """Whether a metric that can't be known in a cell is no failure: nobody asked for it by name.

        That is server CPU time, of a server that others started or on a platform that does not tell.
        """
        patterns = [margins for pattern, margins in self.cells.items() if fnmatchcase(cell, pattern)]
        return metric == "server_cpu" and not any(metric in named for named in (self.metrics, *patterns))

    def gated(self, cell: str, goal: Goal) -> tuple[str, ...]:
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
