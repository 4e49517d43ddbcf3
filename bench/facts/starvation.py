"""Connections that wait while others are served: what is said of them, and whether it is the server's way."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from ..demand.workload import Workload
from ..records.fairness import STARVED, is_unfair, unanswered, worst_of
from ..records.run import Fairness, Run
from .cell_values import Records
from .notices import Notice


def of_starvation(run: Run, records: Mapping[int, Records]) -> list[Notice]:
    """Say where connections waited for a whole slice: their latency is in no quantile."""
    found = []
    for index, cell in enumerate(run.header.plan.cells):
        if cell.workload.connections > 1 and not cell.workload.one_way and records[index]:
            share = max(map(unanswered, records[index].values()))
            worst = worst_of(one.fairness for one in records[index].values())
            seen = [f"{share:.0%} of all time in flight"] if share > STARVED else []
            seen += _uneven(worst, cell.workload.connections) if worst and (seen or is_unfair(worst)) else []
            if seen:
                what = f"served some connections while others waited ({', '.join(seen)});"
                what += " throughput is valid, latency is not: some connections got no replies"
                found.append(Notice(f"{cell.server} by {cell.client} ({cell.workload}): {what}"))
    return found


def starvation_of(records: Records, workload: Workload) -> str:
    """Return how connections were starved in most rounds, "" where they were not.

    A single round may have met a pause; what happens in half of them or more is what the server does.
    """
    if workload.connections == 1 or workload.one_way or not records:
        return ""
    share = statistics.median(map(unanswered, records.values()))
    starved = statistics.median(one.fairness.starved if one.fairness else 0 for one in records.values())
    if share > STARVED:
        return f"{share:.0%} of all time in flight went unanswered"
    return f"{starved:,.0f} of {workload.connections:,} got no reply in a slice" if starved >= 1 else ""


def _uneven(worst: Fairness, connections: int) -> list[str]:
    starved = f"up to {worst.starved:,} of {connections:,} connections got no reply in a slice"
    slowest = f"the slowest got {worst.slowest:.0%} of the mean, Jain's index was {worst.jain:.2f}"
    return [starved, slowest] if worst.starved else [slowest]
