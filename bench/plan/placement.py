"""Which processes a cell has: cells of many connections get a server and a driver of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import msgspec

from ..demand.workload import Workload
from ..errors import UsageError
from .load import LoadPlan
from .run import Cell, Plan

AnyPlan = TypeVar("AnyPlan", Plan, LoadPlan)

MANY_CONNECTIONS = 100
"""From so many connections on, memory and connecting are measured while they open."""

WIDE = 1_000
"""With so many messages in flight one window is a slice, and client libraries take no part unless they are
named: they would be what is measured."""

MOST_CONNECTIONS = 1_000_000
"""More connections than that, over all kinds, are no workload."""


def stands_apart(workload: Workload) -> bool:
    """Whether a cell gets a server and a driver of its own.

    A server's memory is the cell's alone then, nobody else is measured beside its idle connections, and no
    process needs more open files than one cell does.
    """
    return workload.others > 0 or workload.connections >= MANY_CONNECTIONS


def decide_wait(plan: AnyPlan, *, own_core: bool) -> AnyPlan:
    """Return the plan with how wire waits: as was asked for, else by polling where it has a core of its own.

    With a network what carries the packets needs time on that core, too. It is decided before the first round
    and never again: round trips of the two can't be compared. Raises `UsageError` where wire may not poll.
    """
    if plan.client_wait == "poll" and plan.network:
        raise UsageError("--client-wait poll: with --network that core carries the packets, too")
    if plan.client_wait == "poll" and not own_core:
        raise UsageError("--client-wait poll: wire shares the server's core here, and would keep it busy")
    wait = plan.client_wait or ("poll" if own_core and not plan.network else "sleep")
    return msgspec.structs.replace(plan, client_wait=wait)


def is_wide(workload: Workload) -> bool:
    """Whether one window of a cell is a slice already, and too much for a client library."""
    return workload.window >= WIDE


class Place(NamedTuple):
    """The processes of a cell; those of one word share one."""

    server: str
    driver: str


def places_of(cells: Sequence[Cell]) -> tuple[Place, ...]:
    """Return the processes of each cell: those of its server and its client, or some of its own."""
    owns = [f", cell {index}" if stands_apart(cell.workload) else "" for index, cell in enumerate(cells)]
    return tuple(Place(cell.server + own, cell.client + own) for cell, own in zip(cells, owns, strict=True))


def most_open(cells: Sequence[Cell]) -> int:
    """Return the most connections that any process of a round holds."""
    held = Counter[tuple[str, str]]()
    for cell, place in zip(cells, places_of(cells), strict=True):
        for side, word in place._asdict().items():
            held[side, word] += cell.workload.connections + cell.workload.others
    return max(held.values(), default=0)


def steps_of(total: int) -> tuple[int, ...]:
    """Return at how many connections opening pauses: 1, 10, 100 … and the total."""
    powers = (10**power for power in range(len(str(total))))
    return tuple(dict.fromkeys([*(one for one in powers if one < total), total]))
