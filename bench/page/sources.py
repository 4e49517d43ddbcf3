"""What the charts of a run go by: its cells by workload, and the servers of a page."""

from __future__ import annotations

from collections.abc import Iterable

from ..demand.workload import Goal, Workload
from ..facts.facts import Facts

OfWorkload = tuple[str, Workload, list[int]]
"""The label of a client, a workload, and the cells with both."""


def of_goal(facts: Facts, *goals: Goal) -> list[OfWorkload]:
    """Return the cells that have records, by client and workload, of workloads with one of these goals."""
    found: dict[tuple[str, Workload], list[int]] = {}
    for index, cell in enumerate(facts.cells):
        if facts.records[index] and cell.workload.goal in goals:
            found.setdefault((cell.client, cell.workload), []).append(index)
    return [(client, workload, indices) for (client, workload), indices in found.items()]


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in their order, each once."""
    return tuple(dict.fromkeys(names))
