"""What is said of the turns of a round: those taken anew, and those left out."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping

from ..plan.run import FAR_NS
from ..plan.turns import turns_of
from ..records.run import Run
from .cell_values import Records
from .notices import Notice

REPEATED = 0.10
"""A tenth of the turns repeated is more than a quiet machine has (docs/method.md)."""


def of_disturbance(run: Run, records: Mapping[int, Records]) -> Iterator[Notice]:
    """Say that many turns were taken anew because other programs had a core."""
    cells = run.header.plan.cells
    wide = [
        one
        for index, cell in enumerate(cells)
        if cell.workload.goal != "latency"
        for one in records[index].values()
    ]
    turns, repeated = sum(len(one.rates) for one in wide), sum(one.repeated for one in wide)
    if repeated <= REPEATED * turns:
        return
    kept = sum(one.disturbed for one in wide)
    text = f"other programs took a core away, so {repeated:,} of {turns:,} throughput turns were repeated"
    yield Notice(f"{text}, and {kept:,} stayed disturbed: end them and rerun")


def of_distance(run: Run, records: Mapping[int, Records]) -> Iterator[Notice]:
    """Say whose answers take so long that a round has fewer turns of it."""
    plan, found = run.header.plan, dict[str, str]()
    for index, cell in enumerate(plan.cells):
        rounds, planned = records[index].values(), turns_of(plan, index)
        turns = min((len(one.medians_ns) for one in rounds), default=0)
        slow = statistics.median(statistics.median(one.medians_ns) for one in rounds) if turns else 0.0
        if turns < planned and slow >= FAR_NS and cell.server not in found:
            fewer = f"a round has {turns} turns of it instead of {planned}"
            found[cell.server] = f"an answer takes {slow / 1e6:,.0f} ms, so {fewer}, and no p99"
    yield from (Notice(f"{server}: {text}") for server, text in found.items())
