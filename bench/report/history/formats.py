"""The formats of a history: tables, and for programs a line or an object a run."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ...analysis.history.series import History, Point, Series
from ...stats.estimate import Estimate
from ..formats import csv_of, formats
from .tables import pages


class PointFigure(msgspec.Struct, frozen=True):
    """One line of CSV: one run in a series. `level` is the mean of the runs between two changes."""

    server: str
    client: str
    workload: str
    metric: str
    against: str
    machine: str
    settings: str
    unit: str
    started: str
    label: str
    version: str
    value: float
    low: float | None
    high: float | None
    n: int
    level: float
    change: str
    weaker: str
    file: str


def _figures(one: Series) -> list[PointFigure]:
    levels = [level.estimate.value for level in one.levels for _ in range(level.begin, level.end)]
    words = {change.at: change.word for change in one.changes}
    key = one.key
    return [
        PointFigure(
            key.server,
            key.client,
            key.workload,
            key.metric,
            key.against,
            key.machine,
            ", ".join(key.settings),
            one.unit,
            point.source.started,
            point.source.label,
            point.version,
            **_ends(point.estimate),
            level=levels[at],
            change=words.get(at, ""),
            weaker="; ".join(point.weaker),
            file=point.source.file,
        )
        for at, point in enumerate(one.points)
    ]


def _ends(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": estimate.value,
        "low": estimate.low if math.isfinite(estimate.low) else None,
        "high": estimate.high if math.isfinite(estimate.high) else None,
        "n": estimate.n,
    }


def comma_separated(found: History) -> str:
    """Return CSV, one run of a series a line."""
    return csv_of([figure for one in found.series for figure in _figures(one)], PointFigure)


def document(found: History) -> dict[str, Any]:
    """Return what JSON says: every series with its points, marks, changes and levels."""
    return {
        "runs": found.runs,
        "machines": found.machines,
        "series": [_series(one) for one in found.series],
        "warnings": found.notices,
    }


def _series(one: Series) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(one.key),
        "unit": one.unit,
        "state": one.state,
        "weaker": one.weaker,
        "points": [_point(point) for point in one.points],
        "marks": one.marks,
        "changes": [
            {**msgspec.structs.asdict(change), "started": one.points[change.at].source.started}
            for change in one.changes
        ],
        "levels": [{"begin": level.begin, "end": level.end, **_ends(level.estimate)} for level in one.levels],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(point.source),
        "version": point.version,
        "revision": point.revision,
        **_ends(point.estimate),
        "weaker": point.weaker,
    }


FORMATS = formats(pages, document, comma_separated)
