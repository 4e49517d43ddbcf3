"""From machine code to Python functions: the graph of calls that callgrind saw, without what has no name."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Own = dict[str, float]
Edges = dict[tuple[str, str], float]

OUTSIDE = "outside of Python functions"
"""Whose instructions those are that no Python function has asked for, as far as callgrind saw."""


class Trampoline(NamedTuple):
    """The machine code with which a Python function is called: where it is, its bytes, whose it is."""

    start: int
    size: int
    name: str


def named(codes: Iterable[str], trampolines: Iterable[Trampoline]) -> dict[str, str]:
    """Return the functions of those codes ("0x…") that are in trampolines."""
    known = sorted(trampolines)
    starts = [one.start for one in known]
    found = {}
    for code in codes:
        if code.startswith("0x"):
            index = bisect_right(starts, int(code, 16)) - 1
            if index >= 0 and int(code, 16) < known[index].start + known[index].size:
                found[code] = known[index].name
    return found


def python_only(
    own: Mapping[str, float], edges: Mapping[tuple[str, str], float], names: Mapping[str, str]
) -> tuple[Own, Edges]:
    """Return the instructions of Python functions themselves, and of their calls of one another.

    `names` are those of nodes that are Python functions. All other nodes are taken out, one by one: what such
    a node costs, and what it calls, goes to its callers, by how much each of them spent there. What is left
    without a caller is `OUTSIDE`. The sum stays the same.
    """
    left: Own = defaultdict(float)
    for node, cost in own.items():
        left[names.get(node, node)] += max(0.0, cost)
    python = set(names.values())
    calls: dict[str, dict[str, float]] = defaultdict(dict)
    callers: dict[str, dict[str, float]] = defaultdict(dict)

    def add(caller: str, callee: str, cost: float) -> None:
        if caller != callee and cost > 0:
            total = calls[caller].get(callee, 0.0) + cost
            calls[caller][callee] = callers[callee][caller] = total

    for (caller, callee), cost in edges.items():
        add(names.get(caller, caller), names.get(callee, callee), cost)
    for node in ({*left, *calls, *callers}) - python:
        asked, made, cost = callers.pop(node, {}), calls.pop(node, {}), left.pop(node, 0.0)
        for caller in asked:
            del calls[caller][node]
        for callee in made:
            del callers[callee][node]
        whole = max(sum(asked.values()), cost + sum(made.values()))
        for caller, spent in asked.items():
            left[caller] += cost * spent / whole
            for callee, further in made.items():
                add(caller, callee, further * spent / whole)
        left[OUTSIDE] += cost * (1 - sum(asked.values()) / whole) if whole else cost
    return dict(left), {
        (caller, callee): cost for caller, some in calls.items() for callee, cost in some.items()
    }
