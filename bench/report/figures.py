"""The long form that CSV and JSON share: one estimate a line."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ..analysis.run import Analysis, Group, Row
from ..plan.metrics import UNITS
from ..stats.estimate import Estimate
from .numbers import loop_name


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


def figures(analysis: Analysis) -> list[Figure]:
    """Return every estimate of a run as a flat list."""
    found = []
    for group in analysis.groups:
        for row in group.rows:
            named = dict(row.estimates)
            if row.ratio:
                named["ratio"] = row.ratio
            if row.over_floor:
                named["over_floor"] = row.over_floor
            found += [_figure(group, row, name, estimate) for name, estimate in named.items()]
    return found


def _figure(group: Group, row: Row, name: str, estimate: Estimate) -> Figure:
    workload = group.workload
    return Figure(
        server=row.server,
        version=row.version,
        client=group.client,
        loop=loop_name(row.loop),
        size=workload.size,
        kind=workload.kind,
        connections=workload.connections,
        depth=workload.depth,
        fragments=workload.fragments,
        payload="words" if workload.words else "random",
        tls=row.tls,
        deflate=row.deflate,
        python=row.python,
        idle=workload.idle,
        slow_readers=workload.slow_readers,
        **measured(name, estimate),
    )


def measured(name: str, estimate: Estimate) -> dict[str, Any]:
    """Return the fields of a figure that say what was found; an interval without an end has None there."""
    return {
        "metric": name,
        "value": estimate.value,
        "low": estimate.low if math.isfinite(estimate.low) else None,
        "high": estimate.high if math.isfinite(estimate.high) else None,
        "unit": UNITS[name],
        "n": estimate.n,
    }
