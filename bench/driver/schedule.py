"""What an agent is to send in a step, and the moments between which its parts are looked at."""

from __future__ import annotations

import dataclasses
import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator

from msgspec.structs import replace

from ..demand.arrivals import intended
from ..demand.lanes import Lanes, lanes_of
from ..demand.profile import Due, due_over
from ..wire.timeline import Stamps
from .orders import AgentOrder


def schedule_of(order: AgentOrder) -> Due:
    """Return when the messages of all agents are due, in ns after the begin."""
    if order.stages:
        return due_over(order.stages, order.arrivals, order.seed)
    return intended(
        order.rate,
        order.duration_s,
        ramp_s=order.ramp_s,
        arrivals=order.arrivals,
        seed=order.seed,
        burst=order.burst,
    )


def marks_of(order: AgentOrder) -> tuple[int, ...]:
    """Return begin and end of the window in ns after the begin of the schedule; of stages all their ends."""
    if order.stages:
        ends = itertools.accumulate((one.duration_s for one in order.stages), initial=0.0)
        return tuple(round(end * 1e9) for end in ends)
    return round(order.ramp_s * 1e9), round((order.ramp_s + order.duration_s) * 1e9)


def lanes_of_stages(order: AgentOrder, due: Due) -> Lanes | None:
    """Return over which connections the messages of this agent go; None where it is the same ones always."""
    if not any(stage.connections for stage in order.stages):
        return None
    ends = [bisect_left(due, mark) for mark in marks_of(order)[1:]]
    return lanes_of([*ends[:-1], len(due)], [stage.connections or 1 for stage in order.stages])


def parts_of(found: Stamps, marks: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], Stamps]]:
    """Yield each stage's begin and end, with the stamps, and what was read and befell connections in it.

    To the first one belongs all before it, to the last one all after it.
    """
    edges = [-math.inf, *marks[1:-1], math.inf]
    for place, window in enumerate(itertools.pairwise(marks)):
        begin, end = edges[place : place + 2]
        part = dataclasses.replace(
            found,
            readings=found.readings[place : place + 2],
            aborted=found.aborted and found.stopped < window[1],
            reopened=tuple(moment for moment in found.reopened if begin <= moment < end),
            wrong=tuple(one for one in found.wrong if begin <= one[0] < end),
        )
        yield window, part


def stage_orders(order: AgentOrder) -> Iterator[AgentOrder]:
    """Yield the order as it is in each stage, with the connections of that."""
    workload = order.cell.workload
    for stage in order.stages:
        own = replace(workload, connections=stage.connections or workload.connections)
        yield replace(order, cell=replace(order.cell, workload=own))
