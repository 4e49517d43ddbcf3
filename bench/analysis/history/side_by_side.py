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
    settings = (*common(run, equal=plan.equal), WAITS[wait_of(run)], *_slices(plan.pace))
    settings += ("servers watched (--explain)",) if plan.explain else ()
    for index, cell in enumerate(facts.cells):
        if plan.spec_of(cell.server).in_every_run or cell.server == against:
            continue
        reference = msgspec.structs.replace(cell, server=against)
        has = against if reference in facts.cells else ""
        why = facts.unfit(index) or (facts.unfit(facts.cells.index(reference)) if has else "")
        if why or cell.server not in facts.proofs:
            yield Unusable(source.file, str(cell), why or "nothing is known of its server")
        else:
            yield from _of_cell(facts, index, source, has, settings, metrics)


def _of_cell(  # what its values have in common
    facts: Facts,
    index: int,
    source: Source,
    against: str,
    settings: tuple[str, ...],
    metrics: Collection[str],
) -> Iterator[Value]:
    """Yield the values of a cell: ratios to the server named, absolute ones where none is."""
    cell, run = facts.cells[index], facts.run
    spec, proof = facts.plan.spec_of(cell.server), facts.proofs[cell.server]
    instruments = {"wsbench": run.header.wsbench, cell.client: _driver(run, cell.client)}
    if against in facts.proofs:
        instruments[against] = facts.proofs[against]
    of = Key(
        cell.server,
        cell.client,
        str(cell.workload),
        "",
        against,
        fingerprint(run.header.environment),
        (*link(spec), *settings),
    )
    for metric in wanted(cell.workload.goal, metrics):
        if against:
            ratio = through(facts, cell, metric, against)
            found = ratio.estimate().exp() if ratio else None
        else:
            found = facts.estimates(index).get(metric)
        if found:
            key = msgspec.structs.replace(of, metric=metric)
            made = (proof, version(spec, proof), spec.source, instruments)
            yield Value(key, source, found, *made, weaker(source, found))


def _driver(run: Run, client: str) -> Proof | str:
    return next((one.clients[client] for one in run.rounds if client in one.clients), "")


def _slices(pace: Pace) -> Iterator[str]:
    """Yield the lengths of slices where they are not the usual ones; their number changes no centre."""
    usual = Pace()
    for name in ("latency_slice_ns", "throughput_slice_ns"):
        if getattr(pace, name) != getattr(usual, name):
            yield f"{name.partition('_')[0]} slices of {getattr(pace, name) / MS:g} ms"
