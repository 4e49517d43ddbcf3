"""From runs to what is shown of them, with the command that measures the same again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from ..analysis.count import analyse_counts
from ..analysis.load import analyse_load
from ..analysis.run import analyse
from ..exporters.shown import AnyAnalysis, Said, Shown, Source
from ..records.count import CountRun
from ..records.load import LoadRun
from ..records.run import Run
from ..targets.told_command import told_command
from .again import command_of

AnyRun = Run | LoadRun | CountRun

MEASURING = ("run", "compare", "check", "load", "count")
"""Verbs that measure when they are typed again."""


def analysed(run: AnyRun) -> AnyAnalysis:
    """Return what a run of any kind says."""
    if isinstance(run, CountRun):
        return analyse_counts(run)
    return analyse(run) if isinstance(run, Run) else analyse_load(run)


def shown_of(run: AnyRun, name: str = "", typed: Sequence[str] | None = None) -> Shown:
    """Return a run as it is shown alone."""
    said = analysed(run)
    return shown(said, [Source(name or run.header.label, run, said)], typed)


def shown_with(
    said: Said, runs: Sequence[AnyRun], names: Sequence[str] = (), typed: Sequence[str] | None = None
) -> Shown:
    """Return what is said of several runs; each has its label if it has no name."""
    labels = Counter(one.header.label for one in runs)
    named = names or [
        one.header.label if labels[one.header.label] == 1 else f"{one.header.label} {one.header.started}"
        for one in runs
    ]
    sources = [Source(name, run, analysed(run)) for name, run in zip(named, runs, strict=True)]
    return shown(said, sources, typed)


def shown(said: Said, sources: Sequence[Source], typed: Sequence[str] | None = None) -> Shown:
    """Return what is shown with the command that measures it again: what was typed, or of a file what would.

    `typed` are the words behind `wsbench`, by default those of this process; () where nobody typed a command.
    Of several runs beside each other there is none.
    """
    told = told_command(sys.argv[1:] if typed is None else typed)
    if told.words[:1] and told.words[0] in MEASURING:
        return Shown(said, tuple(sources), told.line, told.to_fill_in)
    command = command_of(sources[0].run.header.plan) if len(sources) == 1 else ""
    return Shown(said, tuple(sources), command)
