"""From what a run says to plain rows: one for each number, one for each verdict. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from ..analysis.count import CountAnalysis
from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..exporters.shown import Source
from ..facts import cell_values
from ..facts.counts import CountFacts
from ..facts.facts import Facts
from ..plan.count import CountCell
from ..plan.metrics import METRICS
from ..plan.run import Cell
from ..records.count import CountRun
from ..records.run import Run
from ..report.figures import estimate_fields, figures, load_figures
from ..verdicts.judgement import Judgement
from ..verdicts.verdict import Verdict


class Row(msgspec.Struct, frozen=True):
    """One number of one server: a metric with its 95 % interval.

    `run` is what the run is called. `workload` reads like `64 B text, 1 connection, depth 1`. `value`, `low`
    and `high` are in `unit` (`ns`, `msg/s`, `instructions/msg`, …; docs/glossary.md); an end is None where
    there are too few rounds for one. `rounds` has the value of each round, () for a multiple or a difference
    of servers and in a load run. `client` is "" where work was counted, `rate` the offered rate in msg/s of a
    load run, else None.
    """

    run: str
    server: str
    version: str
    client: str
    workload: str
    metric: str
    value: float
    low: float | None
    high: float | None
    unit: str
    rounds: tuple[float, ...] = ()
    rate: float | None = None


class Change(msgspec.Struct, frozen=True):
    """One metric of a candidate against its base, and the verdict on it.

    `before` and `after` are in `unit`, None where there is no number. `change`, its interval from `low` to
    `high`, and `margin` are shares: 0.05 is 5 % more. A margin of 0 says that the metric is shown and not
    gated; then `verdict` is "". Else it is REGRESSED, IMPROVED, NO REGRESSION, INCONCLUSIVE, NOT JUDGED or
    INVALID, and `reason` says why, where that needs saying. `client` is "" where work was counted.
    """

    base: str
    candidate: str
    client: str
    workload: str
    metric: str
    unit: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    margin: float
    verdict: str
    rounds: int
    reason: str = ""


def rows_of(sources: Sequence[Source]) -> tuple[Row, ...]:
    """Return every number of some runs."""
    return tuple(row for one in sources for row in _rows(one))


def changes_of(judgement: Judgement | None) -> tuple[Change, ...]:
    """Return every line of a judgement, () where nothing was to be decided."""
    return tuple(map(_change, judgement.verdicts)) if judgement else ()


def _rows(source: Source) -> Iterator[Row]:
    if isinstance(source.run, Run) and isinstance(source.analysis, Analysis):
        yield from _timed(source.name, source.run, source.analysis)
    elif isinstance(source.run, CountRun) and isinstance(source.analysis, CountAnalysis):
        yield from _counted(source.name, source.run, source.analysis)
    elif isinstance(source.analysis, LoadAnalysis):
        yield from _at_rates(source.name, source.analysis)


def _timed(name: str, run: Run, analysis: Analysis) -> Iterator[Row]:
    """Yield what `figures` has, group by group, with the values of the rounds."""
    facts = Facts(run)
    for group in analysis.groups:
        for one in figures(msgspec.structs.replace(analysis, groups=(group,))):
            index = facts.cells.index(Cell(one.server, group.client, group.workload))
            yield Row(
                *(name, one.server, one.version, one.client, str(group.workload), one.metric, one.value),
                *(_low(one.low, one.high), one.high, one.unit),
                rounds=_by_round(facts, index, one.metric),
            )


def _by_round(facts: Facts, index: int, metric: str) -> tuple[float, ...]:
    """Return a metric's value in each round: what it would be of that round alone."""
    if metric == "rss":
        server = facts.cells[index].server
        return tuple(float(one.rss[server] or 0) for one in facts.run.rounds if one.rss.get(server))
    workload = facts.cells[index].workload
    each = [cell_values.estimates({number: one}, workload) for number, one in facts.records[index].items()]
    return tuple(found[metric].value for found in each if metric in found)


def _counted(name: str, run: CountRun, analysis: CountAnalysis) -> Iterator[Row]:
    facts = CountFacts(run)
    for group in analysis.groups:
        for row in group.rows:
            index = facts.cells.index(CountCell(row.server, group.workload))
            for metric, estimate in row.estimates.items():
                found = estimate_fields(metric, estimate)
                yield Row(
                    *(name, row.server, row.version, "", str(group.workload), metric, estimate.value),
                    *(_low(found["low"], found["high"]), found["high"], found["unit"]),
                    rounds=tuple(facts.rounds_of(index, metric).values()),
                )


def _at_rates(name: str, analysis: LoadAnalysis) -> Iterator[Row]:
    workload = str(analysis.plan.workload)
    for one in load_figures(analysis):
        yield Row(
            *(name, one.server, one.version, one.client, workload, one.metric, one.value),
            *(_low(one.low, one.high), one.high, one.unit),
            rate=one.rate,
        )


def _low(low: float | None, high: float | None) -> float | None:
    """Return the low end of an interval; with too few rounds for one it is from 0 on, and has none."""
    return low if high is not None else None


def _change(one: Verdict) -> Change:
    return Change(
        base=one.base,
        candidate=one.candidate,
        client=one.client,
        workload=str(one.workload),
        metric=one.metric,
        unit=METRICS[one.metric].unit,
        before=one.before.value if one.before else None,
        after=one.after.value if one.after else None,
        change=one.change,
        low=_end(one.low),
        high=_end(one.high),
        margin=one.margin,
        verdict=one.verdict or "",
        rounds=one.rounds,
        reason=one.reason,
    )


def _end(share: float | None) -> float | None:
    """Return an end of an interval, None where it has none: a change can't be less than -100 %."""
    return share if share is not None and math.isfinite(share) and share > -1 else None
