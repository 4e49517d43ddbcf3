"""From the slices of one cell in one round to its record in the store."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from ..stats.histogram import encode, quantiles
from .common import Handshake
from .fairness import fairness_of
from .run import CellRecord, ConnectionCost
from .slices import Slice, is_disturbed
from .slowest import Pauses, slow_of


def summarise(
    cell: int,
    slices: Sequence[Slice],
    handshake: Handshake,
    pauses: Pauses | None = None,
    *,
    cost: ConnectionCost | None = None,
    repeated: int = 0,
) -> CellRecord:
    """Pool the slices of a cell, and lay the pauses of its server over them where those are known.

    Raises `ValueError` when there are no slices.
    """
    if not slices:
        raise ValueError(f"cell {cell} has no slices")
    latencies = np.concatenate([one.latencies for one in slices])
    server = [one for one in slices if one.server_cpu is not None]
    known = len(server) == len(slices)
    return CellRecord(
        cell=cell,
        latencies=sum(one.timed for one in slices),
        exchanged=sum(one.exchanged for one in slices),
        elapsed_ns=sum(one.elapsed for one in slices),
        flown_ns=sum(one.flown for one in slices),
        mean_ns=statistics.fmean(latencies.tolist()) if len(latencies) else 0.0,
        max_ns=int(latencies.max(initial=0)),
        quantiles_ns=quantiles(latencies),
        medians_ns=tuple(one.median for one in slices if len(one.latencies)),
        rates=tuple(one.rate for one in slices),
        server_cpus_ns=tuple(round((one.server_cpu or 0) / one.exchanged, 1) for one in server)
        if known
        else (),
        server_cpu_ns=sum(one.server_cpu or 0 for one in server) if known else None,
        client_cpu_ns=sum(one.client_cpu for one in slices),
        busy_ns=sum(one.busy for one in slices),
        handshake=handshake,
        histogram=encode(latencies) if len(latencies) else "",
        fairness=fairness_of(slices),
        crowd=cost,
        slow=slow_of(slices, pauses) if pauses else None,
        repeated=repeated,
        disturbed=sum(map(is_disturbed, slices)),
        pushed=sum(one.pushed for one in slices),
        twice=sum(one.twice for one in slices),
    )
