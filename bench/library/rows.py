"""From what a run says to plain rows: one for each number, one for each verdict. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from ..analysis.count import CountAnalysis
from ..analysis.load import LoadAnalysis
from ..analysis.run import Analysis
from ..demand.workload import Workload
from ..exporters.shown import Source
from ..facts import cell_values
from ..facts.facts import Facts
from ..plan.metrics import METRICS
from ..records.run import Run
from ..report.count import figures_of as count_figures_of
from ..report.figures import Figure, figures_of, load_figures
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
    elif isinstance(source.analysis, CountAnalysis):
        yield from _counted(source.name, source.analysis)
    elif isinstance(source.analysis, LoadAnalysis):
        for one in load_figures(source.analysis):
            yield _row(source.name, source.analysis.plan.workload, one, rate=one.rate)


def _timed(name: str, run: Run, analysis: Analysis) -> Iterator[Row]:
    """Yield what CSV has, with the values of the rounds."""
    facts = Facts(run)
    for group in analysis.groups:
        for row in group.rows:
            rounds = _by_round(facts, row.cell) | row.rounds
            for one in figures_of(group, row):
                yield _row(name, group.workload, one, rounds.get(one.metric, ()))


def _by_round(facts: Facts, index: int) -> dict[str, tuple[float, ...]]:
    """Return the values of each metric of a cell in the rounds: what it would be of a round alone."""
    workload = facts.cells[index].workload
    each = [cell_values.estimates({number: one}, workload) for number, one in facts.records[index].items()]
    metrics = {metric for found in each for metric in found}
    return {one: tuple(found[one].value for found in each if one in found) for one in metrics}


def _counted(name: str, analysis: CountAnalysis) -> Iterator[Row]:
    for group in analysis.groups:
        for row in group.rows:
            for one in count_figures_of(analysis, group, row):
                yield _row(name, group.workload, one, row.rounds[one.metric])


def _row(
    name: str, workload: Workload, one: Figure, rounds: tuple[float, ...] = (), rate: float | None = None
) -> Row:
    return Row(
        run=name,
        server=one.server,
        version=one.version,
        client=one.client,
        workload=str(workload),
        metric=one.metric,
        value=one.value,
        low=one.low,
        high=one.high,
        unit=one.unit,
        rounds=rounds,
        rate=rate,
    )


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
