"""The numbers of a result that other programs get: one flat list that every foreign format is a mapping of.

The numbers are those of the tables, and none stands for what is missing: cells that failed, cells whose rate
and round trips contradict each other, and times at a rate that was not held are left out. Names hold nothing
that changes from run to run: the labels of server and client, what is sent, and the metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ..analysis.count import CountAnalysis
from ..analysis.history.record import link
from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..demand.workload import Workload
from ..errors import UsageError
from ..plan.metrics import METRICS, gateable
from ..records.load import LoadRun
from ..report.count import figures_of as count_figures_of
from ..report.figures import Figure, figures_of, load_figures_of
from ..targets.catalogue import INSTRUMENT
from .shown import Shown, Source


class Entry(msgspec.Struct, frozen=True):
    """One number: a metric of a server driven by a client ("" where it was counted) that does a workload.

    `figure` is its line in CSV and JSON, `rounds` has the values that it is an estimate of, in its unit, ()
    where there is none per round, and `messages` how many were measured in each, () where that is unknown.
    `compared` is whether the metric can be gated in this workload. `bound` is whether the client was the
    limit, so that the number is a bound on what the server does.
    """

    server: str
    client: str
    workload: str
    figure: Figure
    rounds: tuple[float, ...] = ()
    compared: bool = False
    bound: bool = False
    messages: tuple[int, ...] = ()

    @property
    def benchmark(self) -> str:
        """Who does what: `tornado by wire, 64 B text, 1 connection, depth 1`."""
        return f"{self.who}, {self.workload}"

    @property
    def who(self) -> str:
        """Server and client: `tornado by wire`."""
        return f"{self.server} by {self.client}" if self.client else self.server

    @property
    def metric(self) -> str:
        """The metric's name, as margins have it."""
        return self.figure.metric

    @property
    def name(self) -> str:
        """Its own name, alike from run to run, and no other's in a result."""
        return f"{self.benchmark}: {self.metric}"

    @property
    def better(self) -> Literal["lower", "higher"] | None:
        """Which way is better, None where that depends."""
        return METRICS[self.metric].better


def entries(shown: Shown) -> list[Entry]:
    """Return every number of a result; of a judgement, of the run that was judged last.

    Raises `UsageError` where a control of the run failed, or there is no number.
    """
    found = list(_entries(valid_source(shown)))
    if not found:
        raise UsageError("this result has no number that another program could be given")
    return found


def compared(shown: Shown) -> list[Entry]:
    """Return the numbers that may be held against those of another run: what can be gated here, too.

    Raises `UsageError` as `entries` does.
    """
    return [one for one in entries(shown) if one.compared]


def valid_source(shown: Shown) -> Source:
    """Return the run whose numbers are meant. Raises `UsageError` where a control of it failed."""
    source = shown.sources[-1]
    for notice in source.analysis.notices:
        if notice.invalid:
            raise UsageError(f"this result is INVALID, so no other program gets its numbers: {notice.text}")
    return source


def _entries(source: Source) -> Iterator[Entry]:
    analysis = source.analysis
    if isinstance(analysis, Analysis):
        yield from _of_cells(analysis, source)
    elif isinstance(analysis, LoadAnalysis):
        words = words_of(source, analysis.plan.server.label, analysis.plan.workload)
        yield from _of_rates(analysis, words)
        assert isinstance(source.run, LoadRun)
        yield from _of_whole(analysis, words, source.run)
    else:
        yield from _of_counts(analysis, source)


def words_of(source: Source, server: str, workload: Workload) -> str:
    """Return what a server does, and how it is spoken to where not in the plain way: `…, depth 1, over TLS`.

    The whole run may be so, and the label of the server does not say it then.
    """
    spec = next(one for one in source.run.header.plan.servers if one.label == server)
    return ", ".join((str(workload), *link(spec)))


def _of_cells(analysis: Analysis, source: Source) -> Iterator[Entry]:
    for group in analysis.groups:
        gated = gateable(group.workload.goal)
        for row in group.rows:
            if row.failure or row.limit == "invalid":
                continue
            for figure in figures_of(group, row):
                yield Entry(
                    row.server,
                    group.client,
                    words_of(source, row.server, group.workload),
                    figure,
                    row.rounds.get(figure.metric, ()),
                    figure.metric in gated,
                    row.limit == "client",
                    row.messages,
                )


def _of_rates(analysis: LoadAnalysis, words: str) -> Iterator[Entry]:
    """Yield the numbers at rates that mean the same in every run: a search ends at another one each time."""
    plan = analysis.plan
    for row in analysis.rows if plan.mode != "slo" else ():
        if row.rate and row.share is None and plan.mode == "sweep":
            continue
        for figure in load_figures_of(analysis, row):
            at = f"{words}, {row.where}"
            yield Entry(
                plan.server.label,
                INSTRUMENT,
                at,
                figure,
                row.rounds.get(figure.metric, ()),
                figure.metric in gateable("load"),
                messages=tuple(step.scheduled - step.unanswered for step in row.steps),
            )


def _of_whole(analysis: LoadAnalysis, words: str, run: LoadRun) -> Iterator[Entry]:
    """Yield the capacity and the ceiling, which a search tries only to begin somewhere, and the knee."""
    plan = analysis.plan
    for figure in load_figures_of(analysis, None):
        if plan.mode == "slo" and figure.metric != "capacity":
            continue
        at = f"{words}, {plan.kept}" if figure.metric == "capacity" and plan.kept else words
        rounds = tuple(filter(None, (getattr(one, figure.metric, None) for one in run.rounds)))
        gated = figure.metric in gateable("load")
        yield Entry(plan.server.label, INSTRUMENT, at, figure, rounds, gated)


def _of_counts(analysis: CountAnalysis, source: Source) -> Iterator[Entry]:
    gated: Sequence[str] = gateable("count")
    for group in analysis.groups:
        for row in group.rows:
            for figure in count_figures_of(analysis, group, row) if not row.failure else ():
                rounds = row.rounds.get(figure.metric, ())
                words = words_of(source, row.server, group.workload)
                yield Entry(row.server, "", words, figure, rounds, figure.metric in gated)
