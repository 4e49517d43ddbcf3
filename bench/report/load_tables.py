"""From the analysis of a load run to a table of text: what every renderer of it shows."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.load import LoadAnalysis, load_conditions
from ..analysis.load_rows import LoadRow
from ..facts.provenance import link_of
from ..plan.load import closed_workload
from ..rendering.columns import Column, Table, fit, lines_of_notices, rounds_line, table_of
from ..rendering.numbers import interval
from .rates.columns import alone, columns_of, rate_text
from .rates.failed import failed_line, late_line


def load_table(analysis: LoadAnalysis, width: int | None, *, wide: bool) -> Table:
    """Return the table of a load run: the columns that fit into `width` characters, all if None."""
    if not analysis.rows:
        return Table(_title(analysis), (), ())
    kept, left_out = _fitting(columns_of(analysis, analysis.rows), analysis.rows, width, wide=wide)
    below = (
        *reason_lines(analysis.rows),
        *findings(analysis, wide=wide),
        *legend(analysis, analysis.rows, left_out),
    )
    return table_of(_title(analysis), kept, analysis.rows, wide=wide, below=below, stacked=width is not None)


def unfinished_tables(analysis: LoadAnalysis, width: int | None) -> list[Table]:
    """Return the table of the round that never ended, if there is one: a row for each step, as taken."""
    rows = analysis.unfinished
    if not rows:
        return []
    title = f"Round {analysis.rounds + 1}, interrupted after {_counted(len(rows), 'step')}"
    kept, left_out = _fitting(columns_of(analysis, rows, alone), rows, width, wide=False)
    said = legend(analysis, analysis.rows, []) if analysis.rows else []
    new = [line for line in legend(analysis, rows, left_out) if line not in said]
    below = (*reason_lines(rows), *new)
    return [table_of(title, kept, rows, wide=False, below=below, stacked=width is not None)]


def _fitting(
    columns: Sequence[Column[LoadRow]], rows: Sequence[LoadRow], width: int | None, *, wide: bool
) -> tuple[list[Column[LoadRow]], list[str]]:
    """Return the columns that have room, and the names of the main ones that have none."""
    columns = fit(columns, rows, wide=wide)
    kept = fit(columns, rows, wide=wide, width=width)
    return kept, [one.name for one in columns if one.main and one not in kept]


def _title(analysis: LoadAnalysis) -> str:
    plan = analysis.plan
    workload = plan.workload
    parts = [
        f"Load, {plan.server.label}",
        link_of([plan.server]),
        workload.what,
        _counted(workload.connections, "connection"),
        _counted(plan.agents, "agent") if plan.agents > 1 else "",
        f"bursts of {plan.burst:,}" if plan.burst else "",
    ]
    return ", ".join(filter(None, parts))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def reason_lines(rows: Sequence[LoadRow]) -> list[str]:
    """Return why rates show no times, or not all of them, and what failed at them."""
    named = [(row.named or f"rate {rate_text(row.rate)}", row) for row in rows]
    return [f"{name}: {reason}" for name, row in named for reason in reasons(row)]


def findings(analysis: LoadAnalysis, *, wide: bool) -> list[str]:
    """Return the findings over all rates; the answer is there where a judgement stands above."""
    lines = [analysis.headline] if analysis.thresholds else []
    whole = (("capacity", analysis.capacity), ("knee", analysis.knee), ("ceiling", analysis.ceiling))
    return lines + [
        f"{name}: {interval(estimate, wide=wide)} msg/s, {_meaning(name, analysis)}."
        for name, estimate in whole
        if estimate
    ]


def legend(analysis: LoadAnalysis, rows: Sequence[LoadRow], left_out: Sequence[str]) -> list[str]:
    """Return what the columns mean, and which were left out for lack of room."""
    one_way = analysis.plan.workload.one_way
    lines = [
        "answered: read, with no reply; late: how long after it was due a message was sent."
        if one_way
        else "response: from when a message was due; service: from when it was sent; late: the time between."
    ]
    lines.append("errors: messages without a right reply, in all rounds together.")
    if any("server_cpu" in row.estimates for row in rows):
        lines.append("server: its CPU time per message.")
    if any("recovery" in row.estimates for row in rows):
        lines.append("recovery: how long responses stayed slow after a burst.")
    if not all(row.rate for row in rows):
        each = _counted(closed_workload(analysis.plan.workload).depth, "message")
        how = "it reads" if one_way else "it answers"
        lines.append(f"max: as fast as {how}, with {each} in flight on each connection.")
    if left_out:
        lines.append(f"no room for {', '.join(left_out)}: use a wider terminal, or --format markdown.")
    return lines


def reasons(row: LoadRow) -> list[str]:
    """Return why a row shows no times, or not all of them."""
    return [reason for reason in (row.fault, row.missed, late_line(row), failed_line(row)) if reason]


def _meaning(name: str, analysis: LoadAnalysis) -> str:
    if name == "capacity":
        return f"the highest rate that keeps {analysis.plan.kept}"
    if name == "knee":
        return "past it response times grow faster than the rate"
    return "what it answers as fast as it can"


def load_closing_lines(analysis: LoadAnalysis) -> list[str]:
    """Return the lines below the table: how to read it, the conditions of all rates, and every notice."""
    rounds = rounds_line(analysis.rounds, analysis.status)
    return [
        f"{rounds} –: too few samples, or times that can't be believed.",
        f"{', '.join(load_conditions(analysis))}.",
        *lines_of_notices(analysis.notices),
    ]
