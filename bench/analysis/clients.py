"""Who drives how fast: the clients of one server side by side, where several drive it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from ..demand.workload import Workload
from ..facts import cell_values
from ..facts.drivers import decides, drove
from ..facts.facts import Facts
from ..plan.metrics import is_higher_better, main_metric
from ..records.common import Failure
from ..stats.estimate import Estimate
from ..targets.catalogue import INSTRUMENT


class ClientRow(msgspec.Struct, frozen=True):
    """One client's line: its version, what else decides its result, its estimates, or why there are none.

    `ratio` is against the reference client. With `limit` `server` the client could do more. `failed_in` is
    the round in which it failed, from 1 on, whose numbers are of those before; 0 if it never was in one.
    """

    client: str
    version: str = ""
    made_of: tuple[str, ...] = ()
    estimates: dict[str, Estimate] = {}
    ratio: Estimate | None = None
    limit: str = ""
    failure: Failure | None = None
    failed_in: int = 0


class ClientGroup(msgspec.Struct, frozen=True):
    """The clients that drove one server in one workload, the fastest first; `polls` says that wire did."""

    server: str
    version: str
    workload: Workload
    reference: str
    rows: tuple[ClientRow, ...]
    polls: bool = False


def client_groups(facts: Facts) -> tuple[ClientGroup, ...]:
    """Return a group for every server and workload that at least two clients drove.

    Yardstick and floor are left out where others are there: those are measured to judge servers by.
    """
    plan = facts.plan
    keys = dict.fromkeys((cell.server, cell.workload) for cell in facts.cells)
    groups = [group for server, workload in keys if (group := _group(facts, server, workload))]
    contested = [group for group in groups if not plan.spec_of(group.server).in_every_run]
    return tuple(contested or groups)


def _group(facts: Facts, server: str, workload: Workload) -> ClientGroup | None:
    cells = facts.cells
    mine = [i for i, cell in enumerate(cells) if (cell.server, cell.workload) == (server, workload)]
    known = [i for i in mine if facts.records[i] or i in facts.failures]
    if len(known) < 2 or server not in facts.proofs:
        return None
    labels = [cells[i].client for i in known]
    reference = INSTRUMENT if INSTRUMENT in labels else labels[0]
    return ClientGroup(
        server=server,
        version=facts.proofs[server].version,
        workload=workload,
        reference=reference,
        rows=tuple(_rows(facts, known, known[labels.index(reference)])),
        polls=facts.plan.client_wait == "poll",
    )


def _rows(facts: Facts, known: Sequence[int], reference: int) -> Iterator[ClientRow]:
    """Yield the rows by what they are about, those without a number last."""
    metric = main_metric(facts.cells[known[0]].workload)

    def place(index: int) -> float:
        found = facts.estimates(index).get(metric)
        return math.inf if found is None else -found.value if is_higher_better(metric) else found.value

    for index in sorted(known, key=place):
        yield _row(facts, index, reference, metric)


def _row(facts: Facts, index: int, reference: int, metric: str) -> ClientRow:
    label, records = facts.cells[index].client, facts.records
    proof = drove(facts.run, label)
    if not records[index] or proof is None:
        return ClientRow(label, failure=facts.failures.get(index))
    fit = "invalid" not in {facts.limit(index), facts.limit(reference)}
    return ClientRow(
        client=label,
        version="" if label == INSTRUMENT else proof.version,
        made_of=decides(facts.plan.client_of(label), proof),
        estimates=facts.estimates(index),
        ratio=cell_values.ratio(records[index], records[reference], metric)
        if fit and index != reference
        else None,
        limit=facts.limit(index),
        failure=facts.failures.get(index),
        failed_in=facts.failed_in(index),
    )
