"""The columns of a table of rates, and what they show of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...analysis.load import LoadAnalysis
from ...analysis.load_rows import LoadRow
from ...facts.load_steps import errors_of
from ...rendering.columns import Column, Show
from ...rendering.numbers import MISSING, interval, number
from ...stats.estimate import Estimate

LATENCIES = ("response_", "service_", "lateness_", "recovery")
"""Prefixes of the metrics that are hidden for a rate that was missed, or whose measurement is faulty."""

OF_SCHEDULE = ("response_", "lateness_", "recovery")
"""Prefixes of the metrics that exist only where messages are due at a rate."""

Text = Callable[..., str]
"""From an estimate to its text: `interval`, or what shows a single step."""

HELD = {True: "yes", False: "no", None: MISSING}

MS = 1_000_000
"""In ns. Where even the lowest median is this long, times are shown in ms."""

MEGA = 1_000_000


def columns_of(
    analysis: LoadAnalysis, rows: Sequence[LoadRow], text: Text = interval
) -> list[Column[LoadRow]]:
    """Return the columns of a table of these rows, of which estimates are shown by `text`."""
    unit, scale = unit_of(rows)

    def metric(name: str, scale: float = scale) -> Show[LoadRow]:
        return lambda row, wide: text(shown_estimates(row).get(name), wide=wide, scale=scale)

    columns = [
        Column(("of", "ceiling"), lambda row, _wide: share_text(row), 4, main=False),
        Column(("stage",), lambda row, _wide: row.staged, 13, numeric=False),
        Column(("rate", "msg/s"), lambda row, _wide: rate_text(row.rate), 12),
        Column(("answered", "msg/s"), metric("achieved", 1), 9),
        Column(("response", f"p50 {unit}"), metric("response_p50"), 10),
        Column(("response", f"p90 {unit}"), metric("response_p90"), 1, main=False),
        Column(("response", f"p95 {unit}"), metric("response_p95"), 0, main=False),
        Column(("response", f"p99 {unit}"), metric("response_p99"), 11),
        Column(("response", f"p99.9 {unit}"), metric("response_p99.9"), 3, main=False),
        Column(("response", f"max {unit}"), metric("response_max"), 6),
        Column(("response", f"mean {unit}"), metric("response_mean"), 0, main=False),
        Column(("errors",), lambda row, _wide: f"{failed(row):,}", 8),
        Column(("service", f"p50 {unit}"), metric("service_p50"), 1, main=False),
        Column(("service", f"p99 {unit}"), metric("service_p99"), 2, main=False),
        Column(("service", f"p99.9 {unit}"), metric("service_p99.9"), 0, main=False),
        Column(("late", "p99 µs"), metric("lateness_p99", 1000), 3, main=False),
        Column(("server", "µs"), metric("server_cpu", 1000), 4),
        Column(("recovery", unit), metric("recovery"), 5),
        Column(("reconnects",), lambda row, _wide: _counted(reconnects(row)), 6),
        Column(("connect", f"p50 {unit}"), metric("connect_p50"), 0, main=False),
        Column(("connect", f"p99 {unit}"), metric("connect_p99"), 1, main=False),
        Column(("sent", "MB"), metric("sent_bytes", MEGA), 0, main=False),
        Column(("received", "MB"), metric("received_bytes", MEGA), 0, main=False),
        Column(("limit", "held"), lambda row, _wide: HELD[row.held], 6, numeric=False),
    ]
    hidden = {"response", "service"} if analysis.plan.workload.one_way else set[str]()
    hidden |= set() if analysis.plan.stages else {"stage"}
    return [one for one in columns if one.head[0] not in hidden]


def failed(row: LoadRow) -> int:
    """Return how many messages failed, in all rounds together."""
    return sum(errors_of(row.steps).values())


def reconnects(row: LoadRow) -> int:
    """Return how often a connection was opened anew, in all rounds together."""
    return sum(step.reconnects for step in row.steps)


def _counted(count: int) -> str:
    return f"{count:,}" if count else MISSING


def alone(estimate: Estimate | None, *, wide: bool, scale: float) -> str:
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


def unit_of(rows: Sequence[LoadRow]) -> tuple[str, float]:
    """Return the unit of all times of a table, and how many ns it is."""
    medians = [
        shown_estimates(row)["response_p50"].value for row in rows if "response_p50" in shown_estimates(row)
    ]
    return ("ms", 1e6) if medians and min(medians) >= MS else ("µs", 1e3)
