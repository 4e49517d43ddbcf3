"""What no run can have written: lines out of place, and numbers, names and indices that contradict the plan.

Each function returns what is wrong, "" where nothing is; the file and the line are named by who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..demand.workload import Workload
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..records.common import Closing
from ..records.count import CountHeader, CountRound
from ..records.load import LoadHeader, LoadRound, LoadStep, Step
from ..records.run import CellRecord, Header, Round
from ..stats.histogram import is_encoded
from .count_checks import count_cells, count_plan_problems, count_round_problems
from .reading import AnyLine
from .soundness import ascending, numbers, strangers, twice

AnyHead = Header | LoadHeader | CountHeader
KINDS = {Header: (Round,), LoadHeader: (LoadRound, LoadStep), CountHeader: (CountRound,)}
"""Which lines follow which header."""


def misplaced(line: AnyLine, header: AnyHead, rounds: int, steps: Sequence[Step]) -> str:
    """Return why a line can't stand where it does: after a header, so many rounds, and steps of the next."""
    match line:
        case Header() | LoadHeader() | CountHeader():
            return "a second header; two runs need two files"
        case Closing():
            broken_off = steps and line.status == "complete"
            return f"it says complete, and round {rounds} was not finished" if broken_off else ""
    if not isinstance(line, KINDS[type(header)]):
        return "it is of the other kind of run than the header"
    if isinstance(line, LoadStep):
        return _misplaced_step(line, rounds, len(steps))
    if line.number != rounds:
        return _instead("round", line.number, rounds)
    other = isinstance(line, LoadRound) and steps and line.steps != tuple(steps)
    return f"round {rounds} has other steps than the lines before it" if other else ""


def _misplaced_step(line: LoadStep, rounds: int, steps: int) -> str:
    if line.step.round < rounds:
        return f"a step of round {line.step.round}, which is finished"
    if line.step.round > rounds:
        return f"a step of round {line.step.round} where round {rounds} should be"
    return _instead("step", line.number, steps) if line.number != steps else ""


def _instead(what: str, number: int, due: int) -> str:
    return f"{what} {number} {'again' if number < due else f'where {what} {due} should be'}"


def problem_of(line: AnyLine, header: AnyHead) -> str:
    """Return what is wrong with a line, given the header of its file."""
    return next(_problems(line, header), "")


def _problems(line: AnyLine, header: AnyHead) -> Iterator[str]:
    yield from numbers(line, type(line).__name__.lower())
    match line, header:
        case Header(plan=plan), _:
            yield from _plan(plan)
        case LoadHeader(plan=load), _:
            yield from _load_plan(load)
        case Round(), Header(plan=plan):
            yield from _round(line, plan)
        case LoadRound(), LoadHeader(plan=load):
            yield from _load_round(line, load)
        case LoadStep(), LoadHeader(plan=load):
            yield from _step(line.step, load)
        case CountHeader(plan=count), _:
            yield from count_plan_problems(count)
        case CountRound(), CountHeader(plan=count):
            yield from count_round_problems(line, count)
        case Closing(), CountHeader(plan=count):
            yield from count_cells("failures", [one.cell for one in line.failures], count)
        case Closing(), Header(plan=plan):
            yield from _cells("failures", [one.cell for one in line.failures], plan)
        case _:
            pass


def _plan(plan: Plan) -> Iterator[str]:
    labels = [spec.label for spec in plan.servers]
    yield from twice("server", labels)
    yield from twice("cell", plan.cells)
    yield from strangers("cells", [cell.server for cell in plan.cells], labels)
    if not plan.cells or plan.rounds < 1:
        yield "the plan has no cells or no rounds"
    for cell in plan.cells:
        yield from _workload(cell.workload)
    if comparison := plan.comparison:
        named = [label for pair in comparison.pairs for label in pair]
        named += [comparison.null] if comparison.null else []
        yield from strangers("comparison", named, labels)
        if not comparison.pairs:
            yield "the comparison has no pair"
        driving = [label for pair in comparison.clients for label in pair]
        yield from strangers("comparison", driving, [cell.client for cell in plan.cells])
        if comparison.null:
            yield from _counterparts(plan, comparison.pairs[0][0], comparison.null)


def _counterparts(plan: Plan, base: str, other: str) -> Iterator[str]:
    """Yield whether a server and its copy have other cells."""
    mine, theirs = (
        {msgspec.structs.replace(cell, server="") for cell in plan.cells if cell.server == label}
        for label in (base, other)
    )
    if mine != theirs:
        yield f"{other} is a copy of {base}, and they have not the same cells"


def _workload(workload: Workload) -> Iterator[str]:
    if min(workload.connections, workload.depth, workload.fragments) < 1:
        yield f"no connections, depth or fragments in a workload: {workload}"


def _round(line: Round, plan: Plan) -> Iterator[str]:
    labels = [spec.label for spec in plan.servers]
    for field in ("servers", "rss", "processes"):
        yield from strangers(field, getattr(line, field), labels)
    yield from strangers("clients", line.clients, [cell.client for cell in plan.cells])
    yield from _cells("failures", [one.cell for one in line.failures], plan)
    indices = [record.cell for record in line.cells]
    yield from _cells("cells", indices, plan)
    yield from twice("cell", indices)
    yield from strangers(
        "cells", [plan.cells[index].server for index in indices], line.servers, "what ran has"
    )
    for record in line.cells:
        for problem in _record(record):
            yield f"cell {record.cell}: {problem}"


POSITIVE = ("latencies", "exchanged", "elapsed_ns", "flown_ns", "mean_ns", "max_ns", "busy_ns")


def _record(record: CellRecord) -> Iterator[str]:
    for field in POSITIVE:
        if not getattr(record, field):
            yield f"{field} can't be 0"
    slices = len(record.medians_ns)
    if not slices or len(record.rates) != slices or len(record.server_cpus_ns) not in {0, slices}:
        lengths = f"{slices}, {len(record.rates)} and {len(record.server_cpus_ns)}"
        yield f"medians_ns, rates and server_cpus_ns have {lengths} entries, not one for each slice"
    if not all(record.medians_ns) or not all(record.rates):
        yield "medians_ns and rates can't hold a 0"
    yield from ascending("quantiles_ns", record.quantiles_ns)
    if record.fairness and max(record.fairness.jain, record.fairness.slowest) > 1 + 1e-9:
        yield "fairness: jain and slowest are shares, and can't be above 1"
    if record.crowd and not (record.crowd.connections and record.crowd.connect_ns):
        yield "crowd: connections and connect_ns can't be 0"
    if record.slow and not 0 < record.slow.messages >= record.slow.during_gc + record.slow.during_stall:
        yield "slow: more messages met a pause than there are"


def _load_plan(plan: LoadPlan) -> Iterator[str]:
    yield from _workload(plan.workload)
    if min(plan.rounds, plan.agents) < 1:
        yield "the plan has no rounds or no agents"
    if (plan.mode == "stages") != bool(plan.stages) or not all(one.messages for one in plan.stages):
        yield "a profile needs stages, and each of them messages"
    if not all(plan.rates):
        yield "a rate can't be 0"
    if plan.mode == "slo" and not plan.limits:
        yield "a search for the highest rate needs a limit"


def _load_round(line: LoadRound, plan: LoadPlan) -> Iterator[str]:
    if 0 in {line.capacity, line.ceiling}:
        yield "capacity and ceiling can't be 0"
    for index, step in enumerate(line.steps):
        if step.round != line.number:
            yield f"step {index}: it is of round {step.round} in the line of round {line.number}"
        for problem in _step(step, plan):
            yield f"step {index}: {problem}"


def _step(step: Step, plan: LoadPlan) -> Iterator[str]:
    if (step.stage is None) == bool(plan.stages) or (step.stage or 0) >= max(1, len(plan.stages)):
        yield f"stage is {step.stage}, and the plan has {len(plan.stages)}"
    if plan.thresholds and step.response and not is_encoded(step.response):
        yield "response is no histogram"
    if step.connect and not is_encoded(step.connect):
        yield "connect is no histogram"
    for field in ("response_ns", "service_ns", "lateness_ns"):
        yield from ascending(field, getattr(step, field))


def _cells(field: str, indices: Iterable[int], plan: Plan) -> Iterator[str]:
    for index in indices:
        if not 0 <= index < len(plan.cells):
            yield f"{field} name cell {index}, and the plan has {len(plan.cells)}"
