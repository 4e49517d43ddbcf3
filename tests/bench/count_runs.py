"""Runs of counts made by hand for the tests of what reads them: known counts in, known estimates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runs import environment
from wsbench.demand.workload import Workload
from wsbench.plan.count import CountCell, CountPlan
from wsbench.plan.margins import Comparison
from wsbench.records.common import SCHEMA, Closing, Failure, Proof
from wsbench.records.count import Count, CountHeader, CountRound, CountRun
from wsbench.targets.spec_parser import read_specs

NOISE = (1.0, 1.0004, 0.9997, 1.0001, 1.0002, 0.9998)
"""How counts vary with the hash seed, alike for every server that runs the same code."""


def count_run_of(  # noqa: PLR0913  # whatever a test may want to be other than usual
    instructions: Mapping[str, float],
    *,
    rounds: int = 4,
    workloads: Sequence[Workload] = (Workload(),),
    noise: Mapping[str, Sequence[float]] | None = None,
    more: Mapping[str, float] | None = None,
    comparison: Comparison | None = None,
    failures: Mapping[int, str] | None = None,
    seeds: int = 0,
    missing: Mapping[str, str] | None = None,
    build: Mapping[str, str] | None = None,
    lookups: Mapping[str, float] | None = None,
) -> CountRun:
    """Return a run in which a message costs each server so many instructions.

    `noise` has factors by server and round; `more` are other metrics, alike for all; `seeds` is added to the
    hash seeds; `lookups` are by server, {} for none, None in files that had them among the instructions.
    Cells with a failure have no counts.
    """
    specs = read_specs(
        [f"{label}=tornado" if label not in {"tornado", "aiohttp"} else label for label in instructions]
    )
    cells = tuple(CountCell(label, one) for label in instructions for one in workloads)
    failed = tuple(Failure(cell, reason) for cell, reason in (failures or {}).items())
    plan = CountPlan(specs, cells, seed=1, rounds=rounds, comparison=comparison)
    header = CountHeader(
        SCHEMA,
        "0.1.0",
        "2026-11-02T10:00:00+00:00",
        "count",
        environment(),
        plan=plan,
        tools={"valgrind": "3.19.0"},
        missing=dict(missing or {}),
        build=dict(build or {"libc": "2.36"}),
    )
    lines = []
    for number in range(rounds):
        counts = []
        for index, cell in enumerate(cells):
            if index in (failures or {}):
                continue
            factor = (noise or {}).get(cell.server, NOISE)[number]
            values = {"instructions": instructions[cell.server] * factor}
            if lookups is not None:
                values["lookups"] = lookups.get(cell.server, 0.0)
            counts.append(Count(index, "instructions", values))
            if more:
                counts.append(
                    Count(index, "syscalls", dict(more), {"syscalls": {"sendto": 1.0, "read": 2.0}})
                )
        proofs = {spec.label: Proof("6.6.1", "CPython 3.11.7", "asyncio.Loop") for spec in specs}
        lines.append(CountRound(number, 3.0, tuple(counts), proofs, number + 1 + seeds, 64 * number, failed))
    status = "incomplete" if failed else "complete"
    return CountRun(header, tuple(lines), Closing("2026-11-02T10:01:00+00:00", status, failed))
