"""Cells of many connections: which processes they have, and what a connection costs the server."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..stats.estimate import Estimate, estimate_log, trimmed
from .plan import Cell
from .schema import Crowd
from .workload import Workload

CROWD = 100
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
    return workload.others > 0 or workload.connections >= CROWD


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


def slope(steps: Sequence[tuple[int, int]]) -> float | None:
    """Return resident bytes per connection: least squares over the steps with a connection at least.

    The first connection is no part of it, for with it a server loads and makes what all of them share. None
    where there are fewer than two such steps.
    """
    with_some = [step for step in steps if step[0]]
    if len({connections for connections, _ in with_some}) < 2:
        return None
    return statistics.linear_regression(*zip(*with_some, strict=True)).slope


def connect_rate(crowd: Crowd) -> float:
    """Return how many connections a second were opened."""
    return crowd.connections * 1e9 / crowd.connect_ns


def held_per_connection(crowd: Crowd) -> float | None:
    """Return the bytes a closed connection left behind: negative where the server has fewer than before."""
    if crowd.held is None or not crowd.steps or crowd.steps[0][0]:
        return None
    return (crowd.held - crowd.steps[0][1]) / crowd.connections


def crowd_estimates(crowds: Sequence[Crowd]) -> dict[str, Estimate]:
    """Return what the crowds of a cell, one per round, come to; what a round lacks is left out.

    Memory may shrink, so there is no logarithm of it.
    """
    if not crowds:
        return {}
    memory = {
        "rss_per_connection": [slope(one.steps) for one in crowds],
        "held_per_connection": [held_per_connection(one) for one in crowds],
    }
    known = {name: [value for value in rounds if value is not None] for name, rounds in memory.items()}
    found = {name: trimmed(rounds).estimate() for name, rounds in known.items() if len(rounds) == len(crowds)}
    return {"connect_rate": estimate_log([connect_rate(one) for one in crowds]), **found}
