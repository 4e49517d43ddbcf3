"""The renderers of a load run. `LOAD_FORMATS` is the table from the user's word to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console

from ..analysis.load import LoadAnalysis, LoadRow, load_conditions
from ..stats.estimate import Estimate
from .figures import Figure, measured
from .judgement import markdown_table
from .load_tables import believed, load_closing_lines, load_table, reasons
from .numbers import loop_name
from .run import csv_of, machine_line
from .terminal import WIDE, draw


class LoadFigure(Figure, frozen=True):
    """One line of the long form; `rate` is the one asked for in msg/s, None for what is of the whole run.

    `share` is the rate's share of the ceiling, None where it was asked for in msg/s.
    """

    rate: float | None
    share: float | None
    arrivals: str
    agents: int
    burst: int


def load_figures(analysis: LoadAnalysis) -> list[LoadFigure]:
    """Return every estimate as a flat list: those of each rate, then those of the run."""
    found = [
        _figure(analysis, row, name, estimate)
        for row in analysis.rows
        for name, estimate in believed(row).items()
    ]
    whole = {"capacity": analysis.capacity, "ceiling": analysis.ceiling, "knee": analysis.knee}
    return found + [_figure(analysis, None, name, one) for name, one in whole.items() if one]


def _figure(analysis: LoadAnalysis, row: LoadRow | None, name: str, estimate: Estimate) -> LoadFigure:
    plan, server = analysis.plan, analysis.server
    workload = plan.workload
    return LoadFigure(
        server=plan.server.label,
        version=server.version,
        client="wire",
        loop=loop_name(server.loop),
        size=workload.size,
        kind=workload.kind,
        connections=workload.connections,
        depth=workload.depth,
        fragments=workload.fragments,
        payload="words" if workload.words else "random",
        idle=workload.idle,
        slow_readers=workload.slow_readers,
        tls=plan.server.tls,
        deflate=plan.server.deflate,
        python=server.python,
        rate=row.rate if row else None,
        share=row.share if row else None,
        arrivals=plan.arrivals,
        agents=plan.agents,
        burst=plan.burst,
        **measured(name, estimate),
    )


def terminal(analysis: LoadAnalysis, width: int | None = None) -> str:
    """Return the report for a terminal of `width` columns (default: the one there is)."""
    room = Console(width=width).width
    table = load_table(analysis, room, wide=room >= WIDE)
    return draw([table], load_closing_lines(analysis), width=width)


def markdown(analysis: LoadAnalysis) -> str:
    """Return GitHub-flavoured Markdown, with all columns and whole intervals."""
    table = load_table(analysis, None, wide=True)
    parts = [f"### {table.title}", *([markdown_table(table)] if table.columns else []), *table.below]
    parts += [*load_closing_lines(analysis), machine_line(analysis.environment)]
    return "\n\n".join(parts) + "\n"


def comma_separated(analysis: LoadAnalysis) -> str:
    """Return CSV, one estimate a line, intervals included (RFC 4180)."""
    return csv_of(load_figures(analysis), LoadFigure)


def json(analysis: LoadAnalysis) -> str:
    """Return one JSON object: rows, headline, warnings, errors, environment, plan."""
    document: dict[str, Any] = {
        "rows": load_figures(analysis),
        "headline": analysis.headline,
        "warnings": analysis.notices,
        "errors": [
            {"rate": row.rate, "share": row.share, "reason": reason}
            for row in analysis.rows
            for reason in reasons(row)
        ],
        "conditions": load_conditions(analysis),
        "environment": analysis.environment,
        "plan": analysis.plan,
        "server": analysis.server,
        "handshake": analysis.handshake,
        "label": analysis.label,
        "started": analysis.started,
        "rounds": analysis.rounds,
        "status": analysis.status,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


LOAD_FORMATS: dict[str, Callable[[LoadAnalysis], str]] = {
    "table": terminal,
    "markdown": markdown,
    "csv": comma_separated,
    "json": json,
}
