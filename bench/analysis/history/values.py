"""What one stored run adds to the history of its servers: a value for each cell and metric.

Counts are absolute, whatever machine they are from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from ...facts.counts import CountFacts
from ...records.common import Proof
from ...records.count import CountRun
from ...records.load import LoadRun
from ...records.run import Run
from .at_rates import at_rates
from .record import Key, Source, Unusable, Value, link, version, wanted, weaker
from .side_by_side import side_by_side

AnyRun = Run | LoadRun | CountRun


def values_of(
    run: AnyRun, file: str, *, against: str, metrics: Collection[str] = ()
) -> Iterator[Value | Unusable]:
    """Yield what a run adds: of `metrics`, or of what is gated by default where none is named."""
    source = _source(run, file)
    if not run.rounds:
        yield Unusable(file, "", "it holds no finished round")
    elif isinstance(run, Run):
        yield from side_by_side(run, source, against, metrics)
    elif isinstance(run, LoadRun):
        yield from at_rates(run, source, metrics)
    else:
        yield from counted(run, source, metrics)


def _source(run: AnyRun, file: str) -> Source:
    header = run.header
    status = run.closing.status if run.closing else "cut off"
    return Source(file, header.started, header.label, len(run.rounds), header.plan.rounds, status)


def counted(run: CountRun, source: Source, metrics: Collection[str]) -> Iterator[Value | Unusable]:
    """Yield what a run of counts adds, and which of its cells have none."""
    facts, header = CountFacts(run), run.header
    plan, features = header.plan, header.build.get("cpu", "")
    settings = (
        "equal settings" if plan.equal else "settings as shipped",
        f"windows of {plan.warm}, {plan.short} and {plan.long} messages",
        *([f"processor features {hashlib.sha256(features.encode()).hexdigest()[:6]}"] if features else ()),
    )
    instruments: dict[str, Proof | str] = {"wsbench": header.wsbench, **header.tools}
    instruments |= {name: text for name, text in header.build.items() if name != "cpu"}
    for index, cell in enumerate(facts.cells):
        spec = next(one for one in plan.servers if one.label == cell.server)
        proof, failure = facts.proofs.get(cell.server), facts.failures.get(index)
        if failure or proof is None:
            yield Unusable(source.file, str(cell), failure.reason if failure else "it never ran")
            continue
        for metric in wanted("count", metrics):
            estimate = facts.estimate(index, metric)
            if estimate and estimate.value > 0:
                key = Key(cell.server, "", str(cell.workload), metric, "", "", (*link(spec), *settings))
                yield Value(
                    key,
                    source,
                    estimate,
                    proof,
                    version(spec, proof),
                    spec.source,
                    instruments,
                    weaker(source, estimate),
                )
