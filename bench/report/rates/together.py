"""The report of several servers at rates: one table with a row for each server and rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from ...analysis.load import LoadAnalysis
from ...analysis.load_rows import LoadRow
from ...analysis.load_together import Pair, Together
from ...facts.provenance import link_of
from ...rendering.columns import ALWAYS, Column, Table, fit, table_of
from ...rendering.terminal import is_wide
from ...verdicts.thresholds import OUTCOMES
from ..figures import LoadFigure, load_figures
from ..formats import Page, csv_of, formats
from ..load import answer_line, document, threshold_tables
from ..load_tables import findings, legend, load_closing_lines, reason_lines, unfinished_tables
from .columns import columns_of


def pages(found: Together, width: int | None) -> list[Page]:
    """Return what all servers did: the thresholds of each, then one table of all."""
    many = found.analyses
    shown = [
        *(_named(one, table) for one in many for table in threshold_tables(one)),
        _table(found, width, wide=is_wide(width)),
        *(_named(one, table) for one in many for table in unfinished_tables(one, width)),
    ]
    closing = list(dict.fromkeys(line for one in many for line in load_closing_lines(one)))
    return [Page(shown, closing, answers(found), environment=many[0].environment)]


def answers(found: Together) -> str:
    """Return the sentence of each server, the gravest first."""
    return " ".join(map(_answer, sorted(found.analyses, key=lambda one: OUTCOMES.index(one.outcome))))


def _answer(analysis: LoadAnalysis) -> str:
    """Return what came of a server; a judgement names it behind its word."""
    line = answer_line(analysis)
    word, _, rest = line.partition(": ")
    return f"{word}: {analysis.plan.server.label}: {rest}" if analysis.thresholds else line


def _named(analysis: LoadAnalysis, table: Table) -> Table:
    return replace(table, title=f"{table.title}, {analysis.plan.server.label}")


def _table(found: Together, width: int | None, *, wide: bool) -> Table:
    first, pairs = found.analyses[0], found.pairs
    if not pairs:
        return Table(_title(found), (), ())
    rows = [pair.row for pair in pairs]
    columns = [
        Column[Pair](("server",), lambda pair, _wide: pair.server, 2 * ALWAYS, numeric=False),
        *map(_of_pairs, columns_of(first, rows)),
    ]
    columns = fit(columns, pairs, wide=wide)
    kept = fit(columns, pairs, wide=wide, width=width)
    left_out = [one.name for one in columns if one.main and one not in kept]
    below = [
        *(f"{one.plan.server.label}, {line}" for one in found.analyses for line in reason_lines(one.rows)),
        *(_of(one, line) for one in found.analyses for line in findings(one, wide=wide)),
        *legend(first, rows, left_out),
    ]
    return table_of(_title(found), kept, pairs, wide=wide, below=below, stacked=width is not None)


def _of(analysis: LoadAnalysis, line: str) -> str:
    """Return a finding with the server it is about; the answer names it itself."""
    return line if line == analysis.headline else f"{analysis.plan.server.label}, {line}"


def _of_pairs(column: Column[LoadRow]) -> Column[Pair]:
    """Return a column of rates as one of servers and rates."""
    return Column(
        column.head,
        lambda pair, wide: column.show(pair.row, wide),
        column.weight,
        column.numeric,
        column.main,
    )


def _title(found: Together) -> str:
    plan = found.analyses[0].plan
    names = [one.plan.server.label for one in found.analyses]
    many = "" if plan.workload.connections == 1 else "s"
    parts = [
        "Load",
        *names,
        link_of([one.plan.server for one in found.analyses]),
        plan.workload.what,
        f"{plan.workload.connections:,} connection{many}",
    ]
    return ", ".join(filter(None, parts))


def comma_separated(found: Together) -> str:
    """Return CSV, one estimate a line, as of one server; the first field names it."""
    return csv_of([figure for one in found.analyses for figure in load_figures(one)], LoadFigure)


def documents(found: Together) -> dict[str, Any]:
    """Return what JSON says: what came of all, and for each server what its own report has."""
    judged: Sequence[LoadAnalysis] = [one for one in found.analyses if one.thresholds]
    return {
        "verdict": found.outcome if judged else None,
        "headline": answers(found),
        "servers": [document(one) for one in found.analyses],
    }


FORMATS = formats(pages, documents, comma_separated)
