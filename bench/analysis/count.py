"""All that a report of counts shows: a table for each workload, a row for each server."""

from __future__ import annotations

import msgspec

from ..demand.workload import Workload
from ..facts.counts import CountFacts
from ..facts.notices import Notice
from ..facts.provenance import made_of
from ..plan.count import CountPlan
from ..plan.metrics import COUNTED
from ..records.common import Environment
from ..records.count import CountRun
from ..stats.estimate import Estimate

Parts = dict[str, list[tuple[str, float]]]
"""By metric: what it is made of, per message and by name, the largest first."""


class CountRow(msgspec.Struct, frozen=True):
    """One server: its counts, and its instructions as a multiple of the first server's, None without.

    `rounds` are the values, one per round, that estimates are of.
    """

    server: str
    version: str
    made_of: str
    loop: str
    python: str
    estimates: dict[str, Estimate]
    parts: Parts
    ratio: float | None = None
    failure: str = ""
    rounds: dict[str, tuple[float, ...]] = {}


class CountGroup(msgspec.Struct, frozen=True):
    """One table: a workload, and everybody who was counted doing it, those with the least work first."""

    workload: Workload
    rows: tuple[CountRow, ...]
    reference: str


class CountAnalysis(msgspec.Struct, frozen=True):
    """What was counted."""

    groups: tuple[CountGroup, ...]
    notices: tuple[Notice, ...]
    environment: Environment
    plan: CountPlan
    tools: dict[str, str]
    build: dict[str, str]
    label: str
    started: str
    rounds: int
    status: str


def analyse_counts(run: CountRun) -> CountAnalysis:
    """Return all that a report shows."""
    facts = CountFacts(run)
    workloads = dict.fromkeys(cell.workload for cell in facts.cells)
    return CountAnalysis(
        groups=tuple(_group(facts, workload) for workload in workloads),
        notices=facts.notices,
        environment=run.header.environment,
        plan=facts.plan,
        tools=run.header.tools,
        build=run.header.build,
        label=run.header.label,
        started=run.header.started,
        rounds=len(run.rounds),
        status=run.closing.status if run.closing else "cut off",
    )


def _group(facts: CountFacts, workload: Workload) -> CountGroup:
    indices = [index for index, cell in enumerate(facts.cells) if cell.workload == workload]
    reference = _reference(facts, indices)
    base = facts.estimate(reference, "instructions")
    rows = [_row(facts, index, base) for index in indices]
    rows.sort(key=lambda row: (bool(row.failure), row.ratio or 0.0))
    return CountGroup(workload, tuple(rows), facts.cells[reference].server)


def _reference(facts: CountFacts, indices: list[int]) -> int:
    """Return the cell of the reference where it takes part, else the first one."""
    servers = {spec.label: spec for spec in facts.plan.servers}
    return next((one for one in indices if servers[facts.cells[one].server].is_reference), indices[0])


def _row(facts: CountFacts, index: int, base: Estimate | None) -> CountRow:
    label = facts.cells[index].server
    spec, proof = next(one for one in facts.plan.servers if one.label == label), facts.proofs.get(label)
    failure, estimates = facts.failures.get(index), facts.estimates(index)
    own = estimates.get("instructions")
    return CountRow(
        server=label,
        version=proof.version if proof else "",
        made_of=made_of(spec, proof) if proof else "",
        loop=proof.loop if proof else "",
        python=proof.python if proof else "",
        estimates=estimates,
        parts={metric: found for metric in COUNTED if (found := facts.parts(index, metric))},
        ratio=own.value / base.value if own and base else None,
        failure=failure.reason if failure else "",
        rounds={metric: tuple(facts.rounds_of(index, metric).values()) for metric in estimates},
    )
