"""Load runs of several servers that took turns: what each says, and the gravest of what came of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..facts.notices import Notice
from ..records.load import LoadRun
from ..verdicts.thresholds import OUTCOMES, Outcome
from .load import LoadAnalysis, analyse_load
from .load_rows import LoadRow


class Pair(msgspec.Struct, frozen=True):
    """A server, by its label, and what it did at one rate."""

    server: str
    row: LoadRow


class Together(msgspec.Struct, frozen=True):
    """Everything the renderers show: an analysis for each server, in the order in which they were named."""

    analyses: tuple[LoadAnalysis, ...]

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any of them."""
        return min((one.outcome for one in self.analyses), key=OUTCOMES.index)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices of all, each once."""
        return tuple(dict.fromkeys(notice for one in self.analyses for notice in one.notices))

    @property
    def pairs(self) -> list[Pair]:
        """The rows of all servers: where rates were named, the servers at one rate beside each other."""
        found = [Pair(one.plan.server.label, row) for one in self.analyses for row in one.rows]
        named = self.analyses[0].plan.mode == "rate"
        return sorted(found, key=lambda pair: pair.row.rate) if named else found


def put_together(runs: Sequence[LoadRun]) -> Together:
    """Return what runs of several servers say, one at least."""
    return Together(tuple(map(analyse_load, runs)))
