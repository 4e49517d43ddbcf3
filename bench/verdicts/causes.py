"""Why a server does more work than another, or less: what differs between their counts, by name.

What is nearest to the code that changed comes first: system calls, then Python functions, then allocations,
then the C functions that the instructions are in, those that only one side runs first. Of equal changes that of the function called first stands
first, which is the one that called the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from ..demand.workload import Workload
from ..facts.counts import CountFacts

Kind = Literal["system call", "Python function", "allocation in", "bytes allocated", "C function"]

KINDS: tuple[tuple[str, Kind, float], ...] = (
    ("syscalls", "system call", 0.1),
    ("calls", "Python function", 0.1),
    ("allocations", "allocation in", 0.1),
)
"""Metric, what its parts are called, and from which change per message on they count: timers cause less."""

LEAST_BYTES, LEAST_SHARE = 64.0, 0.1
"""Bytes per message that count, and the share of all instructions that changed from which on one is named."""

TOP = 6
"""How many of each kind are told."""

_LINE = re.compile(r":\d+\)$")


class Cause(msgspec.Struct, frozen=True):
    """Something that is done more often, or less, or costs more: its name, and how much per message.

    C functions have instructions, all others how often; `name` has the candidate's file and line.
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
    for metric, kind, least in KINDS:
        causes = _differences(facts.by_name(before, metric), facts.by_name(after, metric), kind)
        yield from _largest(one for one in causes if abs(one.change) >= least)
    then, now = (facts.estimate(index, "allocated") for index in (before, after))
    if then and now and abs(now.value - then.value) >= LEAST_BYTES:
        yield Cause("bytes allocated", "", then.value, now.value)
    costs = list(
        _differences(
            facts.by_name(before, "instructions"), facts.by_name(after, "instructions"), "C function"
        )
    )
    yield from _largest(one for one in costs if min(one.before, one.after) < 1 <= abs(one.change))
    whole = sum(abs(one.change) for one in costs)
    yield from _largest(
        one for one in costs if min(one.before, one.after) >= 1 and abs(one.change) >= LEAST_SHARE * whole
    )


def _largest(causes: Iterator[Cause]) -> list[Cause]:
    """Return the largest changes; of equal ones the first stays first."""
    return sorted(causes, key=lambda one: -round(abs(one.change), 2))[:TOP]


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
        key = _LINE.sub(")", name)
        first, total = found.get(key, (name, 0.0))
        found[key] = first, total + value
    return found
