"""The long form that CSV and JSON share: one estimate a line."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ..analysis.load import LoadAnalysis
from ..analysis.load_rows import LoadRow
from ..analysis.rows import Row
from ..analysis.run import Analysis, Group
from ..demand.workload import Workload
from ..facts.provenance import made_of
from ..plan.metrics import METRICS
from ..rendering.numbers import loop_name
from ..stats.estimate import Estimate
from .rates.columns import shown_estimates


class Figure(msgspec.Struct, frozen=True):
    """One line of the long form that CSV and JSON share."""

    server: str
    version: str
    client: str
    loop: str
    size: int
    kind: str
    connections: int
    depth: int
    metric: str
    value: float
    low: float | None
    high: float | None
    unit: str
    n: int
    fragments: int
    payload: str
    tls: bool
    deflate: bool
    python: str
    idle: int
    slow_readers: int
    made_of: str


class LoadFigure(Figure, frozen=True):
    """One line of the long form; `rate` is the offered rate in msg/s, None for a metric of the whole run.

    `share` is the rate as a share of the ceiling, None where the rate was given in msg/s. `stage` is which
    stage of the plan it is about, from 0, None without stages.
    """

    rate: float | None
    share: float | None
    arrivals: str
    agents: int
    burst: int
    stage: int | None


def figures(analysis: Analysis) -> list[Figure]:
    """Return every estimate of a run as a flat list."""
    return [one for group in analysis.groups for row in group.rows for one in figures_of(group, row)]


def figures_of(group: Group, row: Row) -> list[Figure]:
    """Return every estimate of a cell."""
    named = dict(row.estimates)
    if row.ratio:
        named["ratio"] = row.ratio
    if row.over_floor:
        named["over_floor"] = row.over_floor
    return [_figure(group, row, name, estimate) for name, estimate in named.items()]


def _figure(group: Group, row: Row, name: str, estimate: Estimate) -> Figure:
    return Figure(
        server=row.server,
        version=row.version,
        client=group.client,
        loop=loop_name(row.loop),
        tls=row.tls,
        deflate=row.deflate,
        python=row.python,
        made_of=row.made_of,
        **_workload_fields(group.workload),
        **estimate_fields(name, estimate),
    )


def load_figures(analysis: LoadAnalysis) -> list[LoadFigure]:
    """Return every estimate as a flat list: those of each rate, then those of the run."""
    return [one for row in (*analysis.rows, None) for one in load_figures_of(analysis, row)]


def load_figures_of(analysis: LoadAnalysis, row: LoadRow | None) -> list[LoadFigure]:
    """Return every estimate of a rate, or of the run as a whole where there is no row."""
    whole = {"capacity": analysis.capacity, "ceiling": analysis.ceiling, "knee": analysis.knee}
    found = shown_estimates(row) if row else {name: one for name, one in whole.items() if one}
    return [_load_figure(analysis, row, name, estimate) for name, estimate in found.items()]


def _load_figure(analysis: LoadAnalysis, row: LoadRow | None, name: str, estimate: Estimate) -> LoadFigure:
    plan, server = analysis.plan, analysis.server
    return LoadFigure(
        server=plan.server.label,
        version=server.version,
        client="wire",
        loop=loop_name(server.loop),
        tls=plan.server.tls,
        deflate=plan.server.deflate,
        python=server.python,
        made_of=made_of(plan.server, server),
        rate=row.rate if row else None,
        share=row.share if row else None,
        arrivals=plan.arrivals,
        agents=plan.agents,
        burst=plan.burst,
        stage=row.stage if row else None,
        **_workload_fields(plan.workload),
        **estimate_fields(name, estimate),
    )


def _workload_fields(workload: Workload) -> dict[str, Any]:
    """Return the fields of a figure that describe its workload."""
    return {
        "size": workload.size,
        "kind": workload.kind,
        "connections": workload.connections,
        "depth": workload.depth,
        "fragments": workload.fragments,
        "payload": "words" if workload.words else "random",
        "idle": workload.idle,
        "slow_readers": workload.slow_readers,
    }


def estimate_fields(name: str, estimate: Estimate) -> dict[str, Any]:
    """Return the fields of a figure that hold an estimate; an infinite end of an interval is None.

    So are both where there are too few rounds for one, whose lower end on a scale of logarithms is 0.
    """
    low, high = (end if math.isfinite(end) else None for end in (estimate.low, estimate.high))
    return {
        "metric": name,
        "value": estimate.value,
        "low": low if low or high is not None else None,
        "high": high,
        "unit": METRICS[name].unit,
        "n": estimate.n,
    }
