"""From the reports of all agents of a step to the row that each of them has."""

from __future__ import annotations

from collections.abc import Sequence

from ...stats.histogram import merge, quantile_of
from .agent_row import AgentRow
from .report import AgentReport


def agent_rows(reports: Sequence[AgentReport]) -> tuple[AgentRow, ...]:
    """Return a row for each agent: none where one alone ran here, whose row would be the step."""
    if len(reports) < 2 and not any(one.name for one in reports):
        return ()
    ran = [one for one in reports if one.ended_ns > one.begun_ns]
    whole = max((one.ended_ns for one in ran), default=0) - min((one.begun_ns for one in ran), default=0)
    return tuple(_row(number, report, whole) for number, report in enumerate(reports, 1))


def failure_of(reports: Sequence[AgentReport]) -> str:
    """Return why the first agent failed that did, and which it is unless it was alone, "" where none did."""
    for index, report in enumerate(reports, 1):
        if report.failure:
            who = f"worker {report.name}: " if report.name else f"agent {index}: " if len(reports) > 1 else ""
            return who + report.failure
    return ""


def _row(number: int, report: AgentReport, whole: int) -> AgentRow:
    window = report.ended_ns - report.begun_ns
    return AgentRow(
        name=report.name or f"agent {number}",
        host=report.host,
        scheduled=report.scheduled,
        answered=report.answered,
        p50_ns=_quantile(report.response, 0.5),
        p99_ns=_quantile(report.response, 0.99),
        lateness_p99_ns=_quantile(report.lateness, 0.99),
        cpu_share=report.cpu_ns / window if report.cpu_ns is not None and window > 0 else None,
        clock_offset_ns=report.clock_offset_ns,
        clock_error_ns=report.clock_error_ns,
        overlap=window / whole if whole else 0.0,
        failure=report.failure,
    )


def _quantile(text: str, quantile: float) -> float | None:
    histogram = merge([text])
    return quantile_of(histogram, quantile) if histogram.get_total_count() else None
