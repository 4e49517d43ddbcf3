"""The clients of one server as tables of text, and as scripts read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..analysis.clients import ClientGroup, ClientRow
from ..facts.drivers import COMPILED
from ..plan.metrics import main_metric
from ..rendering.columns import ALWAYS, Column, Show, Table, fit, table_of
from ..rendering.numbers import MISSING, blamed, interval
from ..targets.catalogue import INSTRUMENT

OWN_COST = "the server is the same; what differs is the client library's own cost, which is included."
WIDTH = 80


def client_table(group: ClientGroup, *, wide: bool) -> Table:
    """Return the table of one group."""
    columns = _columns(group)
    kept = columns if wide else fit(columns, group.rows, wide=wide, width=WIDTH)
    kind = "Round trip" if group.workload.goal == "latency" else "Throughput"
    version = f" {group.version}" if group.version else ""
    title = f"Clients of {group.server}{version}: {kind.lower()}, {group.workload}"
    return table_of(title, kept, group.rows, wide=wide, below=_below(group, kept))


def _columns(group: ClientGroup) -> list[Column[ClientRow]]:
    latency = group.workload.goal == "latency"
    head, scale = ("p50 µs", 1000.0) if latency else ("msg/s", 1.0)
    columns = [
        Column[ClientRow](("client",), lambda row, _wide: row.client, ALWAYS + 4, numeric=False),
        Column(("version",), lambda row, _wide: row.version or MISSING, ALWAYS, numeric=False),
        Column((head,), _metric(main_metric(group.workload), scale), ALWAYS + 3),
        Column((_against(group),), lambda row, wide: _ratio(group, row, wide=wide), ALWAYS + 2),
        Column(("client CPU µs",), _metric("client_cpu", 1000.0), ALWAYS + 1),
    ]
    if not latency:
        columns.append(Column(("limit",), lambda row, _wide: row.limit or MISSING, 1, numeric=False))
    return columns


def _metric(name: str, scale: float) -> Show[ClientRow]:
    return lambda row, wide: interval(row.estimates.get(name), wide=wide, scale=scale)


def _against(group: ClientGroup) -> str:
    return f"×{group.reference}" if group.reference == INSTRUMENT else "ratio"


def _ratio(group: ClientGroup, row: ClientRow, *, wide: bool) -> str:
    if row.client == group.reference and row.estimates:
        return "1"
    return interval(row.ratio, wide=wide, places=3 if row.ratio and row.ratio.value < 2 else 2)


def _below(group: ClientGroup, kept: Sequence[Column[ClientRow]]) -> list[str]:
    lines = [f"{group.server} is driven by each client: {OWN_COST}"]
    if group.reference != INSTRUMENT:
        lines.append(f"ratio: to {group.reference}.")
    if group.polls and any(row.client == INSTRUMENT for row in group.rows):
        lines.append(f"{INSTRUMENT} polls while it waits; the libraries sleep, and are woken.")
    if all(column.name != "version" for column in kept):
        lines.append(
            f"versions: {', '.join(f'{row.client} {row.version}' for row in group.rows if row.version)}."
        )
    compiled = [row.client for row in group.rows if COMPILED in row.made_of]
    if compiled:
        lines.append(f"{COMPILED} in: {', '.join(compiled)}.")
    made = [(row.client, [one for one in row.made_of if one != COMPILED]) for row in group.rows]
    if any(parts for _, parts in made):
        told = "; ".join(f"{client} with {', '.join(parts)}" for client, parts in made if parts)
        lines.append(f"made of: {told}.")
    if any(row.limit == "server" for row in group.rows):
        lines.append("limit server: the server could do no more, so the client may.")
    failed = [row for row in group.rows if row.failure]
    return lines + [blamed(row.client, row.failure.reason, row.failed_in) for row in failed if row.failure]


def client_document(groups: tuple[ClientGroup, ...]) -> list[dict[str, Any]]:
    """Return what JSON says of clients: an object for each client, server and workload, times in ns."""
    return [
        {
            "server": group.server,
            "workload": str(group.workload),
            "client": row.client,
            "version": row.version,
            "made_of": row.made_of,
            "limit": row.limit or None,
            "reference": group.reference,
            "ratio": row.ratio,
            "metrics": row.estimates,
            "error": row.failure.reason if row.failure else None,
        }
        for group in groups
        for row in group.rows
    ]
