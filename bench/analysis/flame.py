"""What is drawn of a run of counts: a tree for each workload of each pair that is compared, or server."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..facts.call_graph import CallGraph, graph_of
from ..facts.call_tree import Drawing, Frame, compared, tree_of
from ..facts.counts import CountFacts
from ..records.count import CountRun

KINDS = {"python": "Python functions, with the C code they run", "instructions": "C functions"}
"""What is drawn, by metric."""


def drawings(run: CountRun) -> tuple[Drawing, ...]:
    """Return all graphs that there is something for."""
    facts = CountFacts(run)
    return tuple(one for before, after in _sides(facts) for one in _drawn(facts, before, after))


def _sides(facts: CountFacts) -> Iterator[tuple[int | None, int]]:
    """Yield the cells (indices) that are held against each other, or each alone."""
    comparison = facts.plan.comparison
    if not comparison:
        yield from ((None, index) for index in range(len(facts.cells)))
        return
    for base, candidate in comparison.pairs:
        for after, cell in enumerate(facts.cells):
            if cell.server == candidate:
                yield facts.cells.index(msgspec.structs.replace(cell, server=base)), after


def _drawn(facts: CountFacts, before: int | None, after: int) -> Iterator[Drawing]:
    cell = facts.cells[after]
    then = "" if before is None else facts.cells[before].server
    for metric, what in KINDS.items():
        now = graph_of(facts, after, metric)
        old = now if before is None else graph_of(facts, before, metric)
        if now and old:
            against = f"{cell.server} against {then}" if then else cell.server
            tree = compared(_tree(old), _tree(now), old.names | now.names)
            yield Drawing(f"{against}, {cell.workload}: {what}", tree, then, cell.server)


def _tree(graph: CallGraph) -> Frame:
    return tree_of(graph.own, graph.calls, graph.total)
