"""From an analysis to tables of text: what every renderer shows, and with how many digits."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from ..values.analysis import Analysis, Group, Row
from ..values.estimate import Estimate
from ..values.metrics import UNITS

MISSING = "–"


class Table(msgspec.Struct, frozen=True):
    """One table: a title, columns (name, whether it is a number), rows of text, and lines below it."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()


Column = tuple[str, bool, Callable[[Row], str]]


def number(value: float) -> str:
    """Return a number with about three digits: 7.12, 52.1, 812, 14,250."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def microseconds(ns: float) -> str:
    """Return ns as µs with about three digits."""
    return number(ns / 1000)


def interval(estimate: Estimate | None, show: Callable[[float], str], *, wide: bool) -> str:
    """Return `52.1 [51.8, 52.6]`, or `52.1 ±0.5` with the longer half where there is less room."""
    if estimate is None:
        return MISSING
    if wide:
        high = "∞" if math.isinf(estimate.high) else show(estimate.high)
        return f"{show(estimate.value)} [{show(estimate.low)}, {high}]"
    half = max(estimate.high - estimate.value, estimate.value - estimate.low)
    return f"{show(estimate.value)} ±{'∞' if math.isinf(half) else show(half)}"


def point(row: Row, name: str, show: Callable[[float], str]) -> str:
    """Return a metric's value alone: its interval is in the CSV and the JSON."""
    return show(row.estimates[name].value) if name in row.estimates else MISSING


def _ratio(value: float) -> str:
    return f"{value:.3f}" if value < 1.5 else f"{value:.2f}"


def _loop(loop: str) -> str:
    return "uvloop" if loop.startswith("uvloop") else "asyncio" if "asyncio" in loop else loop


def latency_columns(reference: str, *, wide: bool) -> list[Column]:
    """Return the columns of a round-trip table; times in µs."""
    columns: list[Column] = [
        ("rank", False, lambda row: "error" if row.failure else row.rank or MISSING),
        ("server", False, lambda row: row.server),
        ("version", False, lambda row: row.version or MISSING),
        ("p50 µs", True, lambda row: interval(row.estimates.get("rtt_p50"), microseconds, wide=wide)),
        ("p99", True, lambda row: point(row, "rtt_p99", microseconds)),
        ("p99.9", True, lambda row: point(row, "rtt_p99.9", microseconds)),
        (f"× {reference}", True, lambda row: _against(row, reference, wide=wide)),
        ("µs over floor", True, lambda row: interval(row.over_floor, microseconds, wide=wide)),
    ]
    if wide:
        columns.insert(3, ("loop", False, lambda row: _loop(row.loop) or MISSING))
        columns.insert(6, ("p90", True, lambda row: point(row, "rtt_p90", microseconds)))
        columns.append(("server CPU µs", True, lambda row: point(row, "server_cpu", microseconds)))
    return columns


def throughput_columns(reference: str, *, wide: bool) -> list[Column]:
    """Return the columns of a throughput table; CPU times in µs per message."""
    columns: list[Column] = [
        ("rank", False, lambda row: "error" if row.failure else row.rank or MISSING),
        ("server", False, lambda row: row.server),
        ("msg/s", True, lambda row: interval(row.estimates.get("throughput"), number, wide=wide)),
        (f"× {reference}", True, lambda row: _against(row, reference, wide=wide)),
        ("server CPU", True, lambda row: point(row, "server_cpu", microseconds)),
        ("client CPU", True, lambda row: point(row, "client_cpu", microseconds)),
        ("limit", False, lambda row: row.limit or MISSING),
    ]
    if wide:
        columns.insert(2, ("version", False, lambda row: row.version or MISSING))
        columns.append(("p50 µs", True, lambda row: point(row, "rtt_p50", microseconds)))
        columns.append(("p99 µs", True, lambda row: point(row, "rtt_p99", microseconds)))
    return columns


def _against(row: Row, reference: str, *, wide: bool) -> str:
    if row.server == reference and not row.failure:
        return "1"
    return interval(row.ratio, _ratio, wide=wide)


def table_of(group: Group, *, wide: bool) -> Table:
    """Return the table of one group."""
    latency = group.workload.goal == "latency"
    columns = (latency_columns if latency else throughput_columns)(group.reference, wide=wide)
    kind = "Round trip" if latency else "Throughput"
    version = f" {group.client_version}" if group.client != "wire" else ""
    return Table(
        title=f"{kind}, {group.workload}, driven by {group.client}{version}",
        columns=tuple((name, numeric) for name, numeric, _ in columns),
        rows=tuple(tuple(show(row) for _, _, show in columns) for row in group.rows),
        below=tuple(_below(group)),
    )


def _below(group: Group) -> list[str]:
    lines = [group.headline] if group.headline else []
    for row in group.rows:
        if row.failure:
            lines.append(f"{row.server}: {row.failure.reason}")
            lines += [f"  | {line}" for line in row.failure.stderr[-5:]]
    if any(row.limit == "client" for row in group.rows):
        lines.append(
            "limit client: the client was the limit, the number is not the server's, and takes no rank."
        )
    return lines


def tables(analysis: Analysis, *, wide: bool) -> list[Table]:
    """Return all tables of a run, round trips first."""
    groups = sorted(analysis.groups, key=lambda group: group.workload.goal != "latency")
    return [table_of(group, wide=wide) for group in groups]


def closing_lines(analysis: Analysis) -> list[str]:
    """Return what stands below the last table: how to read it, and every notice."""
    rounds = f"{analysis.rounds} round{'' if analysis.rounds == 1 else 's'} of fresh processes"
    lines = [
        f"{rounds}, {analysis.status}; ± and [ ] are 95 % intervals over rounds."
        " = marks servers within 3 % of another for sure; – means too few samples, or no part in it.",
    ]
    return lines + [
        f"{'INVALID' if notice.invalid else 'note'}: {notice.text}" for notice in analysis.notices
    ]


class Figure(msgspec.Struct, frozen=True):
    """One line of the long form that CSV and JSON share."""

    server: str
    version: str
    client: str
    loop: str
    size: int
    kind: str
    connections: int
    depth: int
    metric: str
    value: float
    low: float | None
    high: float | None
    unit: str
    n: int


def figures(analysis: Analysis) -> list[Figure]:
    """Return every estimate of a run as a flat list; an interval without an end has None there."""
    found = []
    for group in analysis.groups:
        for row in group.rows:
            named = dict(row.estimates)
            if row.ratio:
                named["ratio"] = row.ratio
            if row.over_floor:
                named["over_floor"] = row.over_floor
            found += [_figure(group, row, name, estimate) for name, estimate in named.items()]
    return found


def _figure(group: Group, row: Row, name: str, estimate: Estimate) -> Figure:
    workload = group.workload
    return Figure(
        server=row.server,
        version=row.version,
        client=group.client,
        loop=_loop(row.loop),
        size=workload.size,
        kind=workload.kind,
        connections=workload.connections,
        depth=workload.depth,
        metric=name,
        value=estimate.value,
        low=estimate.low if math.isfinite(estimate.low) else None,
        high=estimate.high if math.isfinite(estimate.high) else None,
        unit=UNITS[name],
        n=estimate.n,
    )
