"""From the analysis of a load run to a table of text: what every renderer of it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..analysis.load import LoadAnalysis, load_conditions
from ..analysis.load_rows import LoadRow
from ..facts.provenance import link_of
from ..plan.load import closed_workload
from ..rendering.columns import Column, Show, Table, fit, lines_of_notices, rounds_line, table_of
from ..rendering.numbers import MISSING, interval, number
from ..stats.estimate import Estimate

LATENCIES = ("response_", "service_", "lateness_", "recovery")
"""Prefixes of the metrics that are hidden for a rate that was missed, or whose measurement is faulty."""

OF_SCHEDULE = ("response_", "lateness_", "recovery")
"""Prefixes of the metrics that exist only where messages are due at a rate."""

Text = Callable[..., str]
"""From an estimate to its text: `interval`, or what shows a single step."""

HELD = {True: "yes", False: "no", None: MISSING}

MS = 1_000_000
"""In ns. Where even the lowest median is this long, times are shown in ms."""


def load_table(analysis: LoadAnalysis, width: int | None, *, wide: bool) -> Table:
    """Return the table of a load run: the columns that fit into `width` characters, all if None."""
    if not analysis.rows:
        return Table(_title(analysis), (), (), (analysis.headline,) if analysis.headline else ())
    kept, left_out = _fitting(_columns(analysis, analysis.rows, interval), analysis.rows, width, wide=wide)
    below = (*_findings(analysis, wide=wide), *_legend(analysis, analysis.rows, left_out))
    return table_of(_title(analysis), kept, analysis.rows, wide=wide, below=below, stacked=width is not None)


def unfinished_tables(analysis: LoadAnalysis, width: int | None) -> list[Table]:
    """Return the table of the round that never ended, if there is one: a row for each step, as taken."""
    rows = analysis.unfinished
    if not rows:
        return []
    title = f"Round {analysis.rounds + 1}, interrupted after {_counted(len(rows), 'step')}"
    kept, left_out = _fitting(_columns(analysis, rows, _alone), rows, width, wide=False)
    said = _legend(analysis, analysis.rows, []) if analysis.rows else []
    legend = [line for line in _legend(analysis, rows, left_out) if line not in said]
    below = (*_reasons(rows), *legend)
    return [table_of(title, kept, rows, wide=False, below=below, stacked=width is not None)]


def _fitting(
    columns: Sequence[Column[LoadRow]], rows: Sequence[LoadRow], width: int | None, *, wide: bool
) -> tuple[list[Column[LoadRow]], list[str]]:
    """Return the columns that have room, and the names of the main ones that have none."""
    columns = fit(columns, rows, wide=wide)
    kept = fit(columns, rows, wide=wide, width=width)
    return kept, [one.name for one in columns if one.main and one not in kept]


def _columns(analysis: LoadAnalysis, rows: Sequence[LoadRow], text: Text) -> list[Column[LoadRow]]:
    unit, scale = _unit(rows)

    def metric(name: str, scale: float = scale) -> Show[LoadRow]:
        return lambda row, wide: text(shown_estimates(row).get(name), wide=wide, scale=scale)

    columns = [
        Column(("of", "ceiling"), lambda row, _wide: share_text(row), 4, main=False),
        Column(("stage",), lambda row, _wide: row.staged, 9, numeric=False),
        Column(("rate", "msg/s"), lambda row, _wide: rate_text(row.rate), 9),
        Column(("answered", "msg/s"), metric("achieved", 1), 8),
        Column(("response", f"p50 {unit}"), metric("response_p50"), 7),
        Column(("response", f"p90 {unit}"), metric("response_p90"), 1, main=False),
        Column(("response", f"p99 {unit}"), metric("response_p99"), 8),
        Column(("response", f"p99.9 {unit}"), metric("response_p99.9"), 2, main=False),
        Column(("response", f"mean {unit}"), metric("response_mean"), 0, main=False),
        Column(("service", f"p50 {unit}"), metric("service_p50"), 1, main=False),
        Column(("service", f"p99 {unit}"), metric("service_p99"), 6),
        Column(("service", f"p99.9 {unit}"), metric("service_p99.9"), 0, main=False),
        Column(("late", "p99 µs"), metric("lateness_p99", 1000), 4),
        Column(("server", "µs"), metric("server_cpu", 1000), 5),
        Column(("recovery", unit), metric("recovery"), 5),
        Column(("limit", "held"), lambda row, _wide: HELD[row.held], 6, numeric=False),
    ]
    hidden = {"response", "service"} if analysis.plan.workload.one_way else set[str]()
    hidden |= set() if analysis.plan.stages else {"stage"}
    return [one for one in columns if one.head[0] not in hidden]


def _alone(estimate: Estimate | None, *, wide: bool, scale: float) -> str:
    """Return the number of one step: it has no interval, however much room there is."""
    del wide
    return number(estimate.value / scale) if estimate else MISSING


def shown_estimates(row: LoadRow) -> dict[str, Estimate]:
    """Return the estimates of a row without times that are not valid, or have no meaning.

    Times at a rate that was missed depend on how long it was tried. As fast as possible, no message is due
    at any time, so there are service times only.
    """
    hidden = LATENCIES if row.fault or row.missed else () if row.rate else OF_SCHEDULE
    return {name: one for name, one in row.estimates.items() if not name.startswith(hidden)}


def rate_text(rate: float) -> str:
    """Return a rate as the user gave it, `max` for as fast as possible."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}" if rate else "max"


def share_text(row: LoadRow) -> str:
    """Return a rate's share of the ceiling, `–` where it was given in msg/s."""
    return f"{row.share * 100:.0f} %" if row.share else MISSING


def _unit(rows: Sequence[LoadRow]) -> tuple[str, float]:
    """Return the unit of all times of a table, and how many ns it is."""
    medians = [
        shown_estimates(row)["response_p50"].value for row in rows if "response_p50" in shown_estimates(row)
    ]
    return ("ms", 1e6) if medians and min(medians) >= MS else ("µs", 1e3)


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


def _reasons(rows: Sequence[LoadRow]) -> list[str]:
    """Return why rates show no times."""
    named = [(row.named or f"rate {rate_text(row.rate)}", row) for row in rows]
    return [f"{name}: {reason}" for name, row in named for reason in reasons(row)]


def _findings(analysis: LoadAnalysis, *, wide: bool) -> list[str]:
    """Return why rates show no times, and the findings over all rates."""
    lines = [*_reasons(analysis.rows), *([analysis.headline] if analysis.headline else [])]
    whole = (("capacity", analysis.capacity), ("knee", analysis.knee), ("ceiling", analysis.ceiling))
    return lines + [
        f"{name}: {interval(estimate, wide=wide)} msg/s, {_meaning(name, analysis)}."
        for name, estimate in whole
        if estimate
    ]


def _legend(analysis: LoadAnalysis, rows: Sequence[LoadRow], left_out: Sequence[str]) -> list[str]:
    """Return what the columns mean, and which were left out for lack of room."""
    one_way = analysis.plan.workload.one_way
    lines = [
        "answered: read, with no reply; late: how long after it was due a message was sent."
        if one_way
        else "response: from when a message was due; service: from when it was sent; late: the time between."
    ]
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
    """Return why a row shows no times."""
    return [reason for reason in (row.fault, row.missed) if reason]


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
