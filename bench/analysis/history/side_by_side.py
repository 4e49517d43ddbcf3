"""What a run of servers side by side adds: ratios to one of them in the same rounds, as `check` has them.

Without that server in it, its times are absolute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from ...facts.conditions import fingerprint
from ...facts.facts import Facts
from ...facts.provenance import WAITS, wait_of
from ...plan.run import MS, Pace
from ...records.common import Proof
from ...records.run import Run
from ...verdicts.baseline import through
from .record import Key, Source, Unusable, Value, common, link, version, wanted, weaker


def side_by_side(
    run: Run, source: Source, against: str, metrics: Collection[str]
) -> Iterator[Value | Unusable]:
    """Yield what a run of servers side by side adds, and which of its cells say nothing."""
    facts, plan = Facts(run), run.header.plan
    if facts.invalid:
        yield Unusable(source.file, "", f"it is INVALID: {facts.invalid}")
        return
    settings = (*common(run, equal=plan.equal), WAITS[wait_of(run)])
    settings += tuple(_slices(plan.pace)) + (("servers watched (--explain)",) if plan.explain else ())
    for index, cell in enumerate(facts.cells):
        spec, proof = plan.spec_of(cell.server), facts.proofs.get(cell.server)
        if spec.in_every_run or cell.server == against:
            continue
        reference = msgspec.structs.replace(cell, server=against)
        has = reference in facts.cells
        why = facts.unfit(index) or (has and facts.unfit(facts.cells.index(reference)))
        if why or proof is None:
            yield Unusable(source.file, str(cell), why or "nothing is known of its server")
            continue
        instruments = {"wsbench": run.header.wsbench, cell.client: _driver(run, cell.client)}
        if has and against in facts.proofs:
            instruments[against] = facts.proofs[against]
        for metric in wanted(cell.workload.goal, metrics):
            ratio = through(facts, cell, metric, against) if has else None
            found = ratio.estimate().exp() if ratio else None if has else facts.estimates(index).get(metric)
            if found is None:
                continue
            key = Key(
                cell.server,
                cell.client,
                str(cell.workload),
                metric,
                against if has else "",
                fingerprint(run.header.environment),
                (*link(spec), *settings),
            )
            yield Value(
                key,
                source,
                found,
                proof,
                version(spec, proof),
                spec.source,
                instruments,
                weaker(source, found),
            )


def _driver(run: Run, client: str) -> Proof | str:
    return next((one.clients[client] for one in run.rounds if client in one.clients), "")


def _slices(pace: Pace) -> Iterator[str]:
    """Yield the lengths of slices where they are not the usual ones; their number changes no centre."""
    usual = Pace()
    for name in ("latency_slice_ns", "throughput_slice_ns"):
        if getattr(pace, name) != getattr(usual, name):
            yield f"{name.partition('_')[0]} slices of {getattr(pace, name) / MS:g} ms"
