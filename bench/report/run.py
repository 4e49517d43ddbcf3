"""The report of a run: what its pages show, and what scripts read of it."""

from __future__ import annotations

from typing import Any

import msgspec

from ..analysis.run import Analysis
from ..rendering.columns import Table, lines_of_notices
from ..rendering.numbers import blamed
from ..rendering.terminal import is_wide
from . import judgement
from .answer import answer
from .client_tables import client_document, client_table
from .figures import Figure, figures
from .formats import Format, Page, csv_of, formats, on_terminal
from .tables import closing_lines, tables


def pages(analysis: Analysis, width: int | None) -> list[Page]:
    """Return the answer of a run for `width` columns, and what it decides.

    Without a finished round, why there is no answer.
    """
    if not analysis.rounds:
        why = [*_unmeasured(analysis), *lines_of_notices(analysis.notices)]
        return [*_decided(analysis, width), Page([], why)]
    return [_answered(analysis, width), *_decided(analysis, width)]


def details(analysis: Analysis, width: int | None) -> list[Page]:
    """Return what a run decides, then its tables: those for `width` columns, all of it where that is None."""
    if not analysis.rounds:
        return pages(analysis, width)
    wide = is_wide(width)
    clients = [client_table(group, wide=wide) for group in analysis.clients]
    shown = tables(analysis, wide=wide) + clients
    page = Page(shown, closing_lines(analysis), environment=analysis.environment)
    return [*_decided(analysis, width), page]


def details_and_answer(analysis: Analysis, width: int | None) -> list[Page]:
    """Return everything for a terminal: the answer stands last."""
    return [*details(analysis, width), *([_answered(analysis, width)] if analysis.rounds else [])]


def _answered(analysis: Analysis, width: int | None) -> Page:
    """Return the answer; of one server that several clients drove, with what was asked about: the clients."""
    title, *below = answer(analysis, width)
    clients = analysis.clients if len(analysis.clients) == 1 else ()
    tables_of_clients = [client_table(group, wide=is_wide(width)) for group in clients]
    return Page([Table(title, (), (), tuple(below)), *tables_of_clients], [])


def _decided(analysis: Analysis, width: int | None) -> list[Page]:
    """Return what a run decides, without its notices: those at the end of the report include them."""
    found = analysis.judgement
    return judgement.pages(msgspec.structs.replace(found, notices=()), width) if found else []


def _unmeasured(analysis: Analysis) -> list[str]:
    """Return why there is nothing to show, a line for each server that failed."""
    rows = [row for group in analysis.groups for row in group.rows]
    failed = dict[str, None]()
    for row in rows:
        if row.failure:
            failed[blamed(row.server, row.failure.reason)] = None
            failed.update(dict.fromkeys(f"  | {line}" for line in row.failure.stderr[-5:]))
    return [*failed] or [f"no round was finished ({analysis.status})"]


def comma_separated(analysis: Analysis) -> str:
    """Return CSV, one estimate a line, intervals included."""
    return csv_of(figures(analysis), Figure)


def document(analysis: Analysis) -> dict[str, Any]:
    """Return what JSON says: rows, verdicts, headlines, clients, warnings, errors, environment."""
    return {
        "rows": figures(analysis),
        **(judgement.document(analysis.judgement) if analysis.judgement else {"verdicts": []}),
        "headlines": [
            {"client": group.client, "workload": str(group.workload), "headline": group.headline}
            for group in analysis.groups
        ],
        "ranks": [
            {
                "client": group.client,
                "workload": str(group.workload),
                "server": row.server,
                "rank": row.rank or None,
                "limit": row.limit or None,
            }
            for group in analysis.groups
            for row in group.rows
            if row.estimates
        ],
        "clients": client_document(analysis.clients),
        "warnings": analysis.notices,
        "errors": [
            {
                "server": row.server,
                "client": group.client,
                "workload": str(group.workload),
                **_reason(row.failure),
            }
            for group in analysis.groups
            for row in group.rows
            if row.failure
        ],
        "conditions": analysis.conditions,
        "environment": analysis.environment,
        "label": analysis.label,
        "started": analysis.started,
        "rounds": analysis.rounds,
        "status": analysis.status,
    }


def _reason(failure: msgspec.Struct) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(failure).items() if name != "cell"}


FORMATS: dict[str, Format[Analysis]] = {
    **formats(details, document, comma_separated),
    "table": lambda analysis: on_terminal(pages, analysis),
}
"""A terminal shows the answer; files have all tables."""

DETAILED = {**FORMATS, "table": lambda analysis: on_terminal(details_and_answer, analysis)}
"""The same with all tables before the answer."""
