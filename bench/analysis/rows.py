"""One cell's line in the tables of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..facts import cell_values
from ..facts.cell_values import Records
from ..facts.facts import Facts
from ..facts.provenance import made_of
from ..facts.validity import VOID
from ..plan.metrics import main_metric
from ..records.common import Failure
from ..stats.estimate import Estimate, estimate_log

BESIDES = ("rtt_p99", "server_cpu")
"""Metrics whose multiples of the reference's numbers are shown besides that of the main one."""


class Row(msgspec.Struct, frozen=True):
    """One cell's line: its rank ("" where it takes no part), its estimates, or why there are none.

    `ratios` are to the reference server's numbers, that of the main metric first; `over_floor` is in ns.
    `limit` says which side was at its limit, or `invalid` where rate and latency contradict each other.
    `made_of` names what else decides the result, with versions: the event loop, the server below a
    framework, the library that speaks the protocol. `failed_in` is the round in which it failed, from 1 on,
    whose numbers are of those before; 0 if it never was in one. `rounds` are the values, one per round, that
    estimates are of: those of metrics that vary by factors, of `messages` in each round.
    """

    cell: int
    server: str
    version: str
    loop: str
    python: str = ""
    tls: bool = False
    deflate: bool = False
    rank: str = ""
    estimates: dict[str, Estimate] = {}
    ratios: dict[str, Estimate] = {}
    over_floor: Estimate | None = None
    limit: str = ""
    failure: Failure | None = None
    made_of: str = ""
    failed_in: int = 0
    rounds: dict[str, tuple[float, ...]] = {}
    messages: tuple[int, ...] = ()

    @property
    def ratio(self) -> Estimate | None:
        """Its main number as a multiple of the reference server's."""
        return next(iter(self.ratios.values()), None)


def row_of(facts: Facts, good: Sequence[int], index: int, reference: str, rank: str) -> Row:
    """Return the line of a cell among the `good` ones of its group, which have numbers."""
    cell, records = facts.cells[index], facts.records
    spec_of, proof = facts.plan.spec_of, facts.proofs[cell.server]
    spec = spec_of(cell.server)

    def against(others: Iterable[int]) -> Records | None:
        """Return the records of the first other cell, if both have numbers of their own."""
        other = next(iter(others), index)
        if other == index or {facts.limit(index), facts.limit(other)} & VOID:
            return None
        return records[other]

    base = against(i for i in good if facts.cells[i].server == reference)
    floor = against(i for i in good if spec_of(facts.cells[i].server).is_floor)
    latency, metric = cell.workload.goal == "latency", main_metric(cell.workload)
    rss = [float(one.rss[cell.server]) for one in facts.run.rounds if one.rss.get(cell.server)]
    rounds = cell_values.round_values(records[index], cell.workload) | ({"rss": rss} if rss else {})
    return Row(
        cell=index,
        server=cell.server,
        version=proof.version,
        loop=proof.loop,
        python=proof.python,
        tls=spec.tls,
        deflate=spec.deflate,
        rank=rank,
        estimates=_estimates(facts, index, rss),
        ratios=_ratios(records[index], base, metric) if base else {},
        over_floor=cell_values.over_floor(records[index], floor) if floor and latency else None,
        limit=facts.limit(index),
        failure=facts.failures.get(index),
        failed_in=facts.failed_in(index),
        made_of=made_of(spec, proof),
        rounds={name: tuple(values) for name, values in rounds.items()},
        messages=tuple(one.latencies for one in records[index].values()),
    )


def _ratios(one: Records, other: Records, main: str) -> dict[str, Estimate]:
    """Return the multiples of another cell's numbers; none without that of the main metric."""
    found = {name: cell_values.ratio(one, other, name) for name in (main, *BESIDES)}
    return {name: ratio for name, ratio in found.items() if ratio} if found[main] else {}


def _estimates(facts: Facts, index: int, rss: Sequence[float]) -> dict[str, Estimate]:
    """Return what is shown of a cell: its metrics, and the memory of its server, which is in bytes."""
    found = dict(facts.estimates(index))
    if rss:
        found["rss"] = estimate_log(rss)
    if facts.proofs[facts.cells[index].server].loop == "native":
        found.pop("slow_stall", None)  # there is no event loop that could stall
    return found
