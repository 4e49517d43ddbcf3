"""Several stored runs beside each other: what each measured of the same, and where they surely differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..facts.conditions import fingerprint, machine_differences
from ..facts.notices import Notice, of_trust
from ..facts.validity import VOID
from ..plan.metrics import main_metric
from ..records.common import Environment
from ..records.load import LoadRun
from ..records.run import Run
from ..stats.estimate import Estimate
from .load import LoadAnalysis, analyse_load
from .load_rows import LoadRow
from .run import Analysis, analyse

OF_RATES, OF_WHOLE = "response_p99", ("capacity", "ceiling", "knee")
"""What is shown of each rate of a load run, and of the whole of it."""


class Source(msgspec.Struct, frozen=True):
    """One of the runs; `machine` is the fingerprint of what it ran on."""

    name: str
    label: str
    started: str
    rounds: int
    machine: str
    environment: Environment


class Value(msgspec.Struct, frozen=True):
    """What one run says in one line; `void` where the number is not the server's, and so has no change."""

    estimate: Estimate
    version: str = ""
    void: bool = False


class Line(msgspec.Struct, frozen=True):
    """A server, a rate or a metric of a whole run, with a value for each source, None where it has none."""

    name: str
    metric: str
    values: tuple[Value | None, ...]

    def change(self, place: int) -> float | None:
        """Return by which share of the first one's value a later one surely differs, None where it does not.

        Surely is where their 95 % intervals have no value in common.
        """
        one, other = self.values[0], self.values[place]
        if one is None or other is None or one.void or other.void:
            return None
        first, later = one.estimate, other.estimate
        apart = later.low > first.high or later.high < first.low
        return later.value / first.value - 1 if apart and first.value else None


class Shared(msgspec.Struct, frozen=True):
    """The lines that may stand in one table; `what` they are: servers, rates, metrics."""

    subject: str
    what: str
    lines: tuple[Line, ...]


class SideBySide(msgspec.Struct, frozen=True):
    """Everything the renderers show."""

    sources: tuple[Source, ...]
    tables: tuple[Shared, ...]
    notices: tuple[Notice, ...]

    @property
    def invalid(self) -> bool:
        """Whether one of the runs is: exit code 4."""
        return any(notice.invalid for notice in self.notices)


class _Found(msgspec.Struct, frozen=True):
    """One value of one run, and in which table and line it belongs."""

    subject: str
    what: str
    line: str
    metric: str
    value: Value


def put_side_by_side(named: Sequence[tuple[str, Run | LoadRun]]) -> SideBySide:
    """Return what runs say of the same things, in the order of their names."""
    analyses = [
        (name, analyse(run) if isinstance(run, Run) else analyse_load(run), run) for name, run in named
    ]
    sources = tuple(_source(name, run) for name, _, run in analyses)
    return SideBySide(
        sources=sources,
        tables=_tables([list(_values(analysis)) for _, analysis, _ in analyses]),
        notices=(
            *_machines(sources),
            *(notice for name, analysis, _ in analyses for notice in _notices(name, analysis)),
            *(Notice(f"{name}: {one.text}") for name, _, run in analyses for one in of_trust(run)),
        ),
    )


def _source(name: str, run: Run | LoadRun) -> Source:
    header = run.header
    machine = fingerprint(header.environment)
    return Source(name, header.label, header.started, len(run.rounds), machine, header.environment)


def _values(analysis: Analysis | LoadAnalysis) -> Iterator[_Found]:
    return _of_servers(analysis) if isinstance(analysis, Analysis) else _of_load(analysis)


def _of_servers(analysis: Analysis) -> Iterator[_Found]:
    for group in analysis.groups:
        metric, link = main_metric(group.workload), f", {group.link}" if group.link else ""
        for row in group.rows:
            if found := row.estimates.get(metric):
                value = Value(found, row.version, row.limit in VOID)
                subject = f"{group.workload}{link}, driven by {group.client}"
                yield _Found(subject, "server", row.server, metric, value)


def _of_load(analysis: LoadAnalysis) -> Iterator[_Found]:
    plan, version = analysis.plan, analysis.server.version
    subject = f"load of {plan.server.label}, {plan.workload}"
    for row in analysis.rows:
        if (found := row.estimates.get(OF_RATES)) and row.rate and not row.missed:
            yield _Found(subject, "rate", _rate(row), OF_RATES, Value(found, version, bool(row.fault)))
    for metric in OF_WHOLE:
        if estimate := getattr(analysis, metric):
            yield _Found(subject, "of the whole run", metric, metric, Value(estimate, version))


def _rate(row: LoadRow) -> str:
    """Return a rate in msg/s, or as a share of the ceiling where that is what was held in each run."""
    return (
        row.where.removeprefix("in ")
        if row.asked
        else f"{row.share:.0%} of the ceiling"
        if row.share
        else f"{row.rate:,.6g} msg/s"
    )


def _tables(runs: Sequence[Sequence[_Found]]) -> tuple[Shared, ...]:
    """Return tables in the order in which runs have them, with every line that any of them has."""
    lines: dict[tuple[str, str], dict[tuple[str, str], list[Value | None]]] = {}
    for place, found in enumerate(runs):
        for one in found:
            table = lines.setdefault((one.subject, one.what), {})
            table.setdefault((one.line, one.metric), [None] * len(runs))[place] = one.value
    return tuple(
        Shared(
            subject, what, tuple(Line(name, metric, tuple(values)) for (name, metric), values in mine.items())
        )
        for (subject, what), mine in lines.items()
    )


def _machines(sources: Sequence[Source]) -> Iterator[Notice]:
    first = sources[0]
    for one in sources[1:]:
        if differing := machine_differences(first.environment, one.environment):
            what = f"{one.name}: of another machine than {first.name} ({differing})"
            yield Notice(f"{what}; absolute numbers of two machines can't be compared")


def _notices(name: str, analysis: Analysis | LoadAnalysis) -> Iterable[Notice]:
    """Yield the controls that failed, and what has no number; most others are in the run's own report."""
    if isinstance(analysis, Analysis):
        for group in analysis.groups:
            for row in group.rows:
                if row.failure:
                    yield Notice(f"{name}: {row.server}: {row.failure.reason}", invalid=True)
    found = [Notice(f"{name}: {one.text}", invalid=True) for one in analysis.notices if one.invalid]
    yield from found
    if analysis.invalid and not found and isinstance(analysis, LoadAnalysis):
        yield Notice(f"{name}: {analysis.headline}", invalid=True)
