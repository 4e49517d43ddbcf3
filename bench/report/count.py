"""The report of counts: what its pages show, and what scripts read of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..analysis.count import CountAnalysis, CountGroup, CountRow
from ..plan.metrics import metric_title
from ..rendering.columns import ALWAYS, Column, Table, fit, lines_of_notices, rounds_line, table_of
from ..rendering.numbers import MISSING, blamed, loop_name, number
from ..rendering.terminal import is_wide
from ..stats.estimate import Estimate
from .figures import Figure, estimate_fields
from .formats import Page, csv_of, formats

TOP = 12
"""How many parts of a metric are shown of one server."""

HOW = (
    "counted per message, in lockstep: the next message leaves when the server sleeps again; how, and how"
    " exact: docs/counting.md"
)


def pages(analysis: CountAnalysis, width: int | None) -> list[Page]:
    """Return a table for each workload; of one server alone also what its counts are made of."""
    tables = count_tables(analysis, width, wide=is_wide(width))
    if len(analysis.plan.servers) == 1:
        tables += [table for group in analysis.groups for table in _part_tables(group)]
    tools = ", ".join(f"{name} {version}" for name, version in analysis.tools.items())
    closing = [
        rounds_line(analysis.rounds, analysis.status),
        f"{HOW}{tools and f' ({tools})'}.",
        *lines_of_notices(analysis.notices),
    ]
    return [Page(tables, closing, environment=analysis.environment)]


def count_tables(analysis: CountAnalysis, width: int | None, *, wide: bool) -> list[Table]:
    """Return the table of each workload, a row for each server."""
    return [_table(group, width, wide=wide) for group in analysis.groups]


def _count(metric: str) -> Callable[[CountRow, bool], str]:
    def show(row: CountRow, wide: bool) -> str:
        found = row.estimates.get(metric)
        return _shown(found, wide=wide) if found else MISSING

    return show


def _shown(found: Estimate, *, wide: bool) -> str:
    """Return `409,240 ±0.02 %` or, of what is no instructions, the number alone: it hardly varies."""
    value = f"{found.value:,.0f}" if found.value >= 1_000 else number(found.value)
    if not (found.value and math.isfinite(found.high)):
        return value
    half = max(found.high - found.value, found.value - found.low) / found.value * 100
    return f"{value} ±{half:.2f} %" if wide or half >= 0.005 else value


_PLAIN = ("syscalls", "calls", "allocations", "allocated", "switches", "collections")
COLUMNS: tuple[Column[CountRow], ...] = (
    Column(("server",), lambda row, _wide: row.server, ALWAYS + 9, numeric=False),
    Column(("version",), lambda row, _wide: row.version or MISSING, 3, numeric=False),
    Column(("loop",), lambda row, _wide: loop_name(row.loop) if row.loop else MISSING, 2, numeric=False),
    Column(("instructions",), _count("instructions"), ALWAYS + 8),
    Column(("×",), lambda row, _wide: number(row.ratio) if row.ratio else MISSING, ALWAYS + 7),
    *(
        Column((metric_title(name),), _count(name), weight, main=False)
        for name, weight in zip(_PLAIN, (6, 6, 5, 4, 1, 4), strict=True)
    ),
)


def _table(group: CountGroup, width: int | None, *, wide: bool) -> Table:
    columns = fit(COLUMNS, group.rows, wide=wide, width=width)
    below = [f"×: instructions as a multiple of those of {group.reference}."]
    below += [blamed(row.server, row.failure) for row in group.rows if row.failure]
    below += [
        f"{row.server} system calls: {', '.join(f'{name} {number(value)}' for name, value in found)}."
        for row in group.rows
        if (found := row.parts.get("syscalls"))
    ]
    below += [f"{row.server} on {row.made_of}." for row in group.rows if row.made_of]
    return table_of(f"Work per message, {group.workload}", columns, group.rows, wide=wide, below=below)


def _part_tables(group: CountGroup) -> list[Table]:
    """Return what the counts of a server are made of: the largest parts of each."""
    row = group.rows[0]
    return [
        table_of(
            f"{row.server}: {metric_title(metric)} by name, {group.workload}",
            (
                Column[tuple[str, float]](("where",), lambda one, _wide: one[0], numeric=False),
                Column[tuple[str, float]](("per message",), lambda one, _wide: number(one[1])),
            ),
            row.parts[metric][:TOP],
            wide=True,
        )
        for metric in ("python", "instructions", "calls", "allocated")
        if row.parts.get(metric)
    ]


def count_figures(analysis: CountAnalysis) -> list[Figure]:
    """Return every estimate of the counts as a flat list."""
    return [
        one for group in analysis.groups for row in group.rows for one in figures_of(analysis, group, row)
    ]


def figures_of(analysis: CountAnalysis, group: CountGroup, row: CountRow) -> list[Figure]:
    """Return every estimate of a server doing a workload."""
    return [
        Figure(
            server=row.server,
            version=row.version,
            client="",
            loop=loop_name(row.loop) if row.loop else "",
            size=group.workload.size,
            kind=group.workload.kind,
            connections=group.workload.connections,
            depth=group.workload.depth,
            **estimate_fields(name, estimate),
            fragments=group.workload.fragments,
            payload="words" if group.workload.words else "random",
            tls=_spec(analysis, row.server).tls,
            deflate=_spec(analysis, row.server).deflate,
            python=row.python,
            idle=0,
            slow_readers=0,
            made_of=row.made_of,
        )
        for name, estimate in row.estimates.items()
    ]


def _spec(analysis: CountAnalysis, label: str) -> Any:
    return next(spec for spec in analysis.plan.servers if spec.label == label)


def comma_separated(analysis: CountAnalysis) -> str:
    """Return CSV, one estimate a line, intervals included."""
    return csv_of(count_figures(analysis), Figure)


def document(analysis: CountAnalysis) -> dict[str, Any]:
    """Return what JSON says: rows, what they are made of, warnings, errors, tools, environment, plan."""
    return {
        "rows": count_figures(analysis),
        "parts": [
            {
                "server": row.server,
                "workload": str(group.workload),
                "metric": metric,
                "name": name,
                "value": one,
            }
            for group in analysis.groups
            for row in group.rows
            for metric, parts in row.parts.items()
            for name, one in parts
        ],
        "warnings": analysis.notices,
        "errors": [
            {"server": row.server, "workload": str(group.workload), "reason": row.failure}
            for group in analysis.groups
            for row in group.rows
            if row.failure
        ],
        "tools": analysis.tools,
        "build": analysis.build,
        "environment": analysis.environment,
        "plan": analysis.plan,
        "label": analysis.label,
        "started": analysis.started,
        "rounds": analysis.rounds,
        "status": analysis.status,
    }


FORMATS = formats(pages, document, comma_separated)
