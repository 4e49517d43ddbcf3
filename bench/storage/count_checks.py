"""What no run of counts can have written, as checking.py has it for runs and load runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..plan.count import CountPlan
from ..plan.metrics import COUNTED
from ..records.count import CountRound
from .soundness import strangers, twice


def count_plan_problems(plan: CountPlan) -> Iterator[str]:
    """Yield what is wrong with the plan of a run of counts."""
    labels = [spec.label for spec in plan.servers]
    yield from twice("server", labels)
    yield from twice("cell", plan.cells)
    yield from strangers("cells", [cell.server for cell in plan.cells], labels)
    if not plan.cells or plan.rounds < 1:
        yield "the plan has no cells or no rounds"
    if not plan.short < plan.long:
        yield "the short window is not shorter than the long one"
    if comparison := plan.comparison:
        yield from strangers("comparison", [one for pair in comparison.pairs for one in pair], labels)
        if not comparison.pairs:
            yield "the comparison has no pair"
        yield from _counterparts(plan, comparison.pairs)


def _counterparts(plan: CountPlan, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield which servers are compared and have other cells."""
    for base, candidate in pairs:
        mine, theirs = (
            {cell.workload for cell in plan.cells if cell.server == label} for label in (base, candidate)
        )
        if mine != theirs:
            yield f"{candidate} is compared with {base}, and they have not the same cells"


def count_round_problems(line: CountRound, plan: CountPlan) -> Iterator[str]:
    """Yield what is wrong with a round of counts."""
    yield from strangers("servers", line.servers, [spec.label for spec in plan.servers])
    yield from count_cells("failures", [one.cell for one in line.failures], plan)
    yield from count_cells("counts", [one.cell for one in line.counts], plan)
    yield from twice("count", [(one.cell, one.instrument) for one in line.counts])
    for one in line.counts:
        if one.instrument not in plan.instruments:
            yield f"{one.instrument} are counted, and the plan has {', '.join(plan.instruments)}"
        yield from strangers("values", one.values, COUNTED, "there are")
        yield from strangers("parts", one.parts, COUNTED, "there are")
        yield from strangers("graph", one.graph, COUNTED, "there are")


def count_cells(field: str, indices: Iterable[int], plan: CountPlan) -> Iterator[str]:
    """Yield which cells are named that the plan lacks."""
    for index in indices:
        if not 0 <= index < len(plan.cells):
            yield f"{field} name cell {index}, and the plan has {len(plan.cells)}"
