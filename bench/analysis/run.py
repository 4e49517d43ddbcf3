"""What a run says: groups of comparable cells, each with estimates, ranks and a headline sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from ..demand.workload import Workload
from ..facts import cell_values
from ..facts.cell_values import Records
from ..facts.drivers import driver_of, titled
from ..facts.facts import Facts
from ..facts.notices import Notice
from ..facts.provenance import conditions_of, link_of, made_of, parts_of
from ..facts.validity import VOID
from ..plan.metrics import main_metric
from ..plan.run import Cell
from ..records.common import Environment, Failure, Status
from ..records.run import Run
from ..stats.estimate import Estimate, estimate_log
from ..verdicts.judgement import Judgement, judge_facts
from .clients import ClientGroup, client_groups
from .standings import Contender, able, stand


class Row(msgspec.Struct, frozen=True):
    """One cell's line: its rank ("" where it takes no part), its estimates, or why there are none.

    `ratio` is against the reference server, `over_floor` in ns; `limit` says which side was at its limit, or
    `invalid` where rate and latency contradict each other. `made_of` names what else decides the result, with
    versions: the event loop, the server below a framework, the library that speaks the protocol. `failed_in`
    is the round in which it failed, from 1 on, whose numbers are of those before; 0 if it never was in one.
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
    ratio: Estimate | None = None
    over_floor: Estimate | None = None
    limit: str = ""
    failure: Failure | None = None
    made_of: str = ""
    failed_in: int = 0


class Group(msgspec.Struct, frozen=True):
    """The cells of one client and one workload: what may be compared with what.

    `driver` names the client with its version, `drives_with` what else decides what it does. `link` says how
    all of them are spoken to, "" in the plain way, or not all alike.
    """

    client: str
    driver: str
    workload: Workload
    reference: str
    rows: tuple[Row, ...]
    headline: str
    link: str = ""
    drives_with: str = ""


class Analysis(msgspec.Struct, frozen=True):
    """Everything the renderers show."""

    label: str
    started: str
    rounds: int
    status: Status | Literal["cut off"]
    conditions: tuple[str, ...]
    parts: tuple[str, ...]
    environment: Environment
    groups: tuple[Group, ...]
    notices: tuple[Notice, ...]
    judgement: Judgement | None = None
    clients: tuple[ClientGroup, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether a cell has no number or a control failed: exit code 4."""
        rows = [row for group in self.groups for row in group.rows]
        broken = any(row.failure or row.limit == "invalid" for row in rows)
        return broken or any(notice.invalid for notice in self.notices)


def analyse(run: Run) -> Analysis:
    """Turn a stored run into what it says."""
    facts = Facts(run)
    keys = dict.fromkeys((cell.client, cell.workload) for cell in facts.cells)
    groups = tuple(_group(facts, client, workload) for client, workload in keys)
    return Analysis(
        label=run.header.label,
        started=run.header.started,
        rounds=len(run.rounds),
        status=run.closing.status if run.closing else "cut off",
        conditions=conditions_of(run),
        parts=parts_of(run),
        environment=run.header.environment,
        groups=tuple(group for group in groups if group.rows),
        notices=facts.notices,
        judgement=judge_facts(facts),
        clients=client_groups(facts),
    )


def _group(facts: Facts, client: str, workload: Workload) -> Group:
    run, cells, records, failures = facts.run, facts.cells, facts.records, facts.failures
    mine = [i for i, cell in enumerate(cells) if (cell.client, cell.workload) == (client, workload)]
    good = [i for i in mine if records[i]]
    reference = _reference(run, [cells[i] for i in mine])
    metric = main_metric(workload)
    ranked = [
        i
        for i in able(run, [one for one in good if one not in failures])
        if facts.limit(i) != "invalid" and metric in facts.estimates(i)
    ]
    contenders = [
        Contender(cells[i].server, records[i], facts.estimates(i)[metric].value, facts.limit(i) == "client")
        for i in ranked
    ]
    standing = stand(contenders, throughput=workload.goal == "throughput")
    ranks = dict(zip(ranked, standing.ranks, strict=True))
    order = [ranked[place] for place in standing.order] + [i for i in good if i not in ranked]
    failed = tuple(
        Row(i, cells[i].server, "", "", failure=failures[i]) for i in mine if i in failures and not records[i]
    )
    return Group(
        client=client,
        driver=titled(run, client),
        workload=workload,
        reference=reference,
        rows=tuple(_row(facts, good, i, reference, ranks.get(i, "")) for i in order) + failed,
        headline=standing.headline,
        drives_with=driver_of(run, client).partition(" with ")[2],
        link=link_of(run.header.plan.spec_of(label) for label in {cells[i].server for i in mine}),
    )


def _reference(run: Run, cells: Sequence[Cell]) -> str:
    """Return the label everybody is held against: the first Tornado, else the first server of the run."""
    labels = [cell.server for cell in cells]
    return next((label for label in labels if run.header.plan.spec_of(label).is_reference), labels[0])


def _row(facts: Facts, good: Sequence[int], index: int, reference: str, rank: str) -> Row:
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
    return Row(
        cell=index,
        server=cell.server,
        version=proof.version,
        loop=proof.loop,
        python=proof.python,
        tls=spec.tls,
        deflate=spec.deflate,
        rank=rank,
        estimates=_estimates(facts, index),
        ratio=cell_values.ratio(records[index], base, metric) if base else None,
        over_floor=cell_values.over_floor(records[index], floor) if floor and latency else None,
        limit=facts.limit(index),
        failure=facts.failures.get(index),
        failed_in=facts.failed_in(index),
        made_of=made_of(spec, proof),
    )


def _estimates(facts: Facts, index: int) -> dict[str, Estimate]:
    """Return what is shown of a cell: its metrics, and the memory of its server."""
    server = facts.cells[index].server
    found = dict(facts.estimates(index))
    rss = [one.rss[server] for one in facts.run.rounds if one.rss.get(server)]
    if rss:
        found["rss"] = estimate_log(rss)
    if facts.proofs[server].loop == "native":
        found.pop("slow_stall", None)  # there is no event loop that could stall
    return found
