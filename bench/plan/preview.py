"""What a plan will do, in words, and about how long it takes."""

from __future__ import annotations

from .run import Plan
from .turns import turns_of

ROUND_TRIP_NS, START_NS = 80_000, 300_000_000
"""Rough figures for a server on this machine, in ns: a round trip, and starting a process."""

NEAR_NS, AFAR_NS, AFAR_TRIPS = 2_000_000, 1_500_000_000, {"latency": 8, "throughput": 20}
"""With a network: from which delay on, there and back, time bounds a round and not samples; and how long a
cell takes then, in ns, or in round trips where those are longer: warming up, and its turns."""


def duration_of(plan: Plan) -> float:
    """Return about how many seconds a plan takes, where servers take no time worth mentioning to answer."""
    pace, measured = plan.pace, 0.0
    trip = 2 * plan.network.delay_ns if plan.network else 0
    for index, cell in enumerate(plan.cells):
        turns = turns_of(plan, index)
        if trip > NEAR_NS:
            measured += max(AFAR_NS, AFAR_TRIPS[cell.workload.goal] * trip)
        elif cell.workload.goal == "latency":
            share = turns / pace.latency_turns
            each = ROUND_TRIP_NS + cell.workload.think_us * 1000 + trip
            measured += max(turns * pace.latency_slice_ns, share * pace.latency_samples * each)
        else:
            measured += turns * pace.throughput_slice_ns
    processes = len(plan.servers) + len({cell.client for cell in plan.cells})
    found = plan.rounds * (measured + processes * START_NS) / 1e9
    return min(found, plan.budget_s) if plan.budget_s else found


def told_duration(seconds: float) -> str:
    """Return a time as one speaks of it: `about 40 s`, `about 2 min`."""
    if seconds < 90:
        return f"about {max(10, round(seconds, -1)):.0f} s"
    return f"about {round(seconds / 60):,} min"


def summary_of(plan: Plan) -> str:
    """Return one line: how much is measured, and how long that takes."""
    groups = {(cell.client, cell.workload) for cell in plan.cells}
    what = f"{len(plan.servers)} servers" if len(plan.servers) > 1 else plan.servers[0].label
    most = "at most " if plan.comparison else ""
    tables = f"{len(groups)} table{'' if len(groups) == 1 else 's'}"
    rounds = f"{most}{plan.rounds} round{'' if plan.rounds == 1 else 's'} of fresh processes"
    return f"{what}, {tables}, {rounds}: {told_duration(duration_of(plan))}"


def preview_of(plan: Plan) -> list[str]:
    """Return what is measured, line by line, the summary last."""
    beside = [spec.label for spec in plan.servers if spec.in_every_run]
    named = [spec.label for spec in plan.servers if spec.label not in beside]
    workloads = dict.fromkeys(cell.workload for cell in plan.cells)
    return [
        f"servers: {', '.join(named or beside)}",
        *([f"beside them: {', '.join(beside)}"] if named and beside else []),
        f"driven by: {', '.join(dict.fromkeys(cell.client for cell in plan.cells))}",
        *(f"workload: {'round trip' if one.goal == 'latency' else 'throughput'}, {one}" for one in workloads),
        summary_of(plan),
    ]
