"""The median round trip of every server with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.run import Analysis, Group
from .drawing import MOST, Cast, Drawing, dots, ends, listed

UNIT = "p50 µs"


def draw(analysis: Analysis, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload that measures round trips."""
    groups = [one for one in analysis.groups if one.workload.goal == "latency" and _rows(one)]
    for group in groups[:MOST]:
        rows = _rows(group)
        yield Drawing(
            family="p50",
            title=f"Median round trip, {group.workload}, driven by {group.driver}",
            words=f"p50 in µs with its 95 % interval: {listed(rows)}. Less is better.",
            chart=dots(rows, cast, UNIT, [str(row["server"]) for row in rows]),
        )


def _rows(group: Group) -> list[dict[str, str | float | bool | None]]:
    return [
        {"server": row.server, "version": row.version, **ends(found, 1000)}
        for row in group.rows
        if (found := row.estimates.get("rtt_p50"))
    ]
