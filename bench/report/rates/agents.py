"""The table of agents: what each of them saw, where there were several or they ran elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.agents import AgentLine, agent_lines
from ...analysis.load_rows import LoadRow
from ...rendering.columns import Column, Show, Table, fit, table_of
from ...rendering.numbers import MISSING, number

MS = 1_000_000
"""In ns. Where even the lowest median is this long, times are shown in ms."""


def agent_tables(rows: Sequence[LoadRow], width: int | None) -> list[Table]:
    """Return the table of the agents at the highest rate that was kept up with, if there are any agents.

    Where none was it is the last row; of the other rates JSON has the same.
    """
    with_agents = [row for row in rows if any(step.agents for step in row.steps)]
    if not with_agents:
        return []
    row = next((row for row in with_agents[::-1] if row.rate and not row.missed), with_agents[-1])
    lines = agent_lines([row])
    columns = fit(_columns(lines), lines, wide=False)
    kept = fit(columns, lines, wide=False, width=width)
    failed = [f"{one.name}: {one.failure}" for one in lines if one.failure]
    at = f"at {number(row.rate)} msg/s" if row.rate else "as fast as it goes"
    below = (*failed, *_legend([one.name for one in kept]))
    return [table_of(f"Agents, {at}", kept, lines, wide=False, below=below, stacked=width is not None)]


def _columns(lines: Sequence[AgentLine]) -> list[Column[AgentLine]]:
    medians = [one.p50_ns for one in lines if one.p50_ns is not None]
    unit, scale = ("ms", 1e6) if medians and min(medians) >= MS else ("µs", 1e3)

    def scaled(field: str, by: float) -> Show[AgentLine]:
        return lambda one, _wide: _number(getattr(one, field), by)

    return [
        Column(("agent",), lambda one, _wide: one.name, numeric=False),
        Column(("host",), lambda one, _wide: one.host or MISSING, 6, numeric=False),
        Column(("due",), lambda one, _wide: f"{one.scheduled:,}", 5),
        Column(("answered",), lambda one, _wide: f"{one.answered:,}"),
        Column(("response", f"p50 {unit}"), scaled("p50_ns", scale), 6),
        Column(("response", f"p99 {unit}"), scaled("p99_ns", scale), 6),
        Column(("late", "p99 µs"), scaled("lateness_p99_ns", 1e3), 4),
        Column(("CPU", "%"), scaled("cpu_share", 0.01), 3),
        Column(("clock", "ms"), _clock, 2),
        Column(("together", "%"), lambda one, _wide: f"{one.overlap * 100:.1f}", 1),
    ]


def _number(value: float | None, scale: float) -> str:
    return MISSING if value is None else number(value / scale)


def _clock(one: AgentLine, wide: bool) -> str:
    del wide
    if one.clock_offset_ns is None or one.clock_error_ns is None:
        return MISSING
    return f"{one.clock_offset_ns / 1e6:+.2f} ±{one.clock_error_ns / 1e6:.2f}"


def _legend(shown: Sequence[str]) -> list[str]:
    """Return what the columns mean that are shown."""
    words = {
        "CPU %": "CPU: of one core, that the agent used",
        "clock ms": "clock: how far that of its host is ahead of the one here",
        "together %": "together: its share of the time from the first agent's begin to the last one's end",
    }
    said = "; ".join(text for name, text in words.items() if name in shown)
    return [f"{said}."] if said else []
