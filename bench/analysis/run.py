"""What a run says: groups of comparable cells, each with estimates, ranks and a headline sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ..demand.workload import Workload
from ..facts.drivers import driver_of, titled
from ..facts.facts import Facts
from ..facts.notices import Notice
from ..facts.provenance import conditions_of, link_of, parts_of
from ..plan.metrics import main_metric
from ..plan.run import Cell
from ..records.common import Environment, Status
from ..records.run import Run
from ..verdicts.judgement import Judgement, judge_facts
from .clients import ClientGroup, client_groups
from .rows import Row, row_of
from .standings import Contender, able, stand


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
        rows=tuple(row_of(facts, good, i, reference, ranks.get(i, "")) for i in order) + failed,
        headline=standing.headline,
        drives_with=driver_of(run, client).partition(" with ")[2],
        link=link_of(run.header.plan.spec_of(label) for label in {cells[i].server for i in mine}),
    )


def _reference(run: Run, cells: Sequence[Cell]) -> str:
    """Return the label everybody is held against: the first Tornado, else the first server of the run."""
    labels = [cell.server for cell in cells]
    return next((label for label in labels if run.header.plan.spec_of(label).is_reference), labels[0])
