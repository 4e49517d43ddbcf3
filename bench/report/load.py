"""The report of a load run: what its pages show, and what scripts read of it."""

from __future__ import annotations

from typing import Any

from ..analysis.load import LoadAnalysis, load_conditions
from .figures import LoadFigure, load_figures
from .formats import Page, csv_of, formats
from .load_tables import load_closing_lines, load_table, reasons
from .load_thresholds import threshold_document, threshold_headline, threshold_tables
from .terminal import is_wide


def pages(analysis: LoadAnalysis, width: int | None) -> list[Page]:
    """Return the table of a load run: what fits `width` columns, all of it where that is None."""
    shown = [*threshold_tables(analysis), load_table(analysis, width, wide=is_wide(width))]
    head = threshold_headline(analysis)
    return [Page(shown, load_closing_lines(analysis), head, environment=analysis.environment)]


def comma_separated(analysis: LoadAnalysis) -> str:
    """Return CSV, one estimate a line, intervals included."""
    return csv_of(load_figures(analysis), LoadFigure)


def document(analysis: LoadAnalysis) -> dict[str, Any]:
    """Return what JSON says: verdict, thresholds, rows, headline, warnings, errors, environment, plan."""
    return {
        "verdict": analysis.outcome if analysis.thresholds else None,
        "thresholds": threshold_document(analysis),
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


FORMATS = formats(pages, document, comma_separated)
