"""Why a server does more work than another, or less: what differs between their counts, by name.

What is nearest to the code that changed comes first: system calls, Python functions, C functions that only
one side runs, allocations, then where all other instructions are. Of equal changes that of the function
called first stands first, which is the one that called the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ..demand.workload import Workload
from ..facts.call_graph import graph_of, with_own_file, without_line
from ..facts.counts import CountFacts
from .python_costs import changed_costs

Kind = Literal[
    "system call",
    "Python function",
    "allocation in",
    "bytes allocated",
    "cost of Python function",
    "C function",
]

LEAST, LEAST_COST = 0.1, 10.0
"""From which change per message on something counts, and instructions of a function that only one side runs:
timers cause less."""

COLLECTOR = "(gcmodule.c)"
"""Garbage is collected now and then, on either side: no cause by itself."""

LEAST_BYTES, LEAST_SHARE = 64.0, 0.1
"""Bytes per message that count, and the share of all instructions that changed from which on one is named."""

SURELY = 0.002
"""The share of all instructions by which a Python function's may vary from one process to the next."""

MACHINERY = re.compile(
    r"\((ceval|object|typeobject|call|frame|obmalloc|abstract|descrobject|getargs|modsupport|\w*methodobject)\.c\)$"
)
"""Files of the interpreter that run whatever is called: what they do more of says nothing of who asked."""

TOP = 6
"""How many of each kind are told."""

WAITS = frozenset(
    {"epoll_wait", "epoll_pwait", "poll", "ppoll", "select", "pselect6", "futex", "clock_nanosleep"}
)
"""System calls that are made because of others: of equal changes they come last."""


class Cause(msgspec.Struct, frozen=True):
    """Something that is done more often, or less, or costs more: its name, and how much per message.

    C functions and costs of Python functions are instructions, all others how often; `name` has the
    candidate's file and line.
    """

    kind: Kind
    name: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """Return how much more it is."""
        return self.after - self.before


class Causes(msgspec.Struct, frozen=True):
    """What differs between base and candidate under a workload, the nearest to the code first."""

    base: str
    candidate: str
    workload: Workload
    causes: tuple[Cause, ...]


def explain_counts(facts: CountFacts) -> tuple[Causes, ...]:
    """Return the causes for every pair of a comparison and workload; none for those that do the same."""
    comparison = facts.plan.comparison
    found = []
    for base, candidate in comparison.pairs if comparison else ():
        for after, cell in enumerate(facts.cells):
            if cell.server == candidate:
                before = facts.cells.index(msgspec.structs.replace(cell, server=base))
                causes = tuple(causes_of(facts, before, after))
                found.append(Causes(base, candidate, cell.workload, causes))
    return tuple(one for one in found if one.causes)


def causes_of(facts: CountFacts, before: int, after: int) -> Iterator[Cause]:
    """Yield what differs between two cells (indices)."""

    def of(metric: str, kind: Kind) -> list[Cause]:
        return [*_differences(_parts(facts, before, metric), _parts(facts, after, metric), kind)]

    yield from _largest(one for one in of("syscalls", "system call") if abs(one.change) >= LEAST)
    yield from _largest(one for one in of("calls", "Python function") if abs(one.change) >= LEAST)
    costs = [one for one in of("instructions", "C function") if COLLECTOR not in one.name]
    one_sided = [one for one in costs if min(one.before, one.after) < 1]
    yield from _largest(one for one in one_sided if abs(one.change) >= LEAST_COST)
    yield from _largest(one for one in of("allocations", "allocation in") if abs(one.change) >= LEAST)
    then, now = (facts.estimate(index, "allocated") for index in (before, after))
    if then and now and abs(now.value - then.value) >= LEAST_BYTES:
        yield Cause("bytes allocated", "", then.value, now.value)
    yield from _largest(_python_costs(facts, before, after))
    least = LEAST_SHARE * sum(abs(one.change) for one in costs)
    yield from _largest(one for one in costs if one not in one_sided and abs(one.change) >= max(1.0, least))


def _largest(causes: Iterator[Cause]) -> list[Cause]:
    """Return the largest changes; of equal ones the first stays first, and what serves others comes last."""

    def rank(one: Cause) -> tuple[bool, float, bool]:
        return bool(MACHINERY.search(one.name)), -round(abs(one.change), 2), one.name in WAITS

    return sorted(causes, key=rank)[:TOP]


def _parts(facts: CountFacts, index: int, metric: str) -> dict[str, float]:
    """Return what a metric of a cell is made of, with one name for the server's own file."""
    return {with_own_file(facts, index, name): value for name, value in facts.by_name(index, metric).items()}


def _python_costs(facts: CountFacts, before: int, after: int) -> Iterator[Cause]:
    """Yield which Python functions cost more instructions, with all that they call."""
    then, now = (graph_of(facts, index, "python") for index in (before, after))
    if then and now:
        least = max(LEAST_COST, LEAST_SHARE * abs(now.total - then.total), SURELY * now.total)
        for name, (less, more) in changed_costs(then, now, least).items():
            yield Cause("cost of Python function", name, less, more)


def _differences(then: Mapping[str, float], now: Mapping[str, float], kind: Kind) -> Iterator[Cause]:
    """Yield each name with both values; a function that only moved to another line is the same."""
    old, new = _without_lines(then), _without_lines(now)
    for key in dict.fromkeys([*new, *old]):
        name, after = new.get(key, ("", 0.0))
        other, before = old.get(key, ("", 0.0))
        yield Cause(kind, name or other, before, after)


def _without_lines(parts: Mapping[str, float]) -> dict[str, tuple[str, float]]:
    """Return full names and values by the name without a line; what shares one is added up."""
    found: dict[str, tuple[str, float]] = {}
    for name, value in parts.items():
        key = without_line(name)
        first, total = found.get(key, (name, 0.0))
        found[key] = first, total + value
    return found
