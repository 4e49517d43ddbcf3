"""What a run of counts says: values by round, estimates, parts, what failed, what could not be counted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

from ..plan.count import NOT_TOLD
from ..plan.metrics import COUNTED, gateable
from ..records.common import Failure, Proof
from ..records.count import Count, CountRound, CountRun
from ..stats.estimate import Estimate, estimate_log, trimmed
from .notices import Notice, ordered
from .provenance import made_of

EXPLAINS = "python: "
"""How the failure begins of an instrument that only explains what others count."""

Setting = tuple[int, int]
"""The hash seed of a round and how much its environment was padded by: what makes counts comparable."""


def setting_of(one: CountRound) -> Setting:
    """Return what all processes of a round had in common."""
    return one.hash_seed, one.padding


class CountFacts:
    """The facts of a run of counts; cells are named by their index in the plan."""

    def __init__(self, run: CountRun) -> None:
        self.run = run
        self.plan = run.header.plan
        self.cells = self.plan.cells

    @cached_property
    def counts(self) -> dict[tuple[int, int], list[Count]]:
        """What was counted of a cell (index) in a round (number)."""
        found: dict[tuple[int, int], list[Count]] = {}
        for one in self.run.rounds:
            for count in one.counts:
                found.setdefault((count.cell, one.number), []).append(count)
        return found

    def rounds_of(self, index: int, metric: str) -> dict[Setting, float]:
        """Return the values of a metric of a cell, by the setting of the round."""
        return {
            setting_of(one): count.values[metric]
            for one in self.run.rounds
            for count in self.counts.get((index, one.number), ())
            if metric in count.values
        }

    def estimate(self, index: int, metric: str) -> Estimate | None:
        """Return a metric over all rounds, None where a round that was run has no value of it."""
        values = list(self.rounds_of(index, metric).values())
        if not values or len(values) < len(self.run.rounds):
            return None
        return estimate_log(values) if min(values) > 0 else trimmed(values).estimate()

    def estimates(self, index: int) -> dict[str, Estimate]:
        """Return every metric of a cell that all its rounds have."""
        return {metric: found for metric in COUNTED if (found := self.estimate(index, metric))}

    def parts(self, index: int, metric: str) -> list[tuple[str, float]]:
        """Return what a metric is made of, per message and by name, the largest first."""
        return sorted(self.by_name(index, metric).items(), key=lambda one: (-one[1], one[0]))

    def by_name(self, index: int, metric: str) -> dict[str, float]:
        """Return what a metric is made of, per message, in the order that it was told: means over rounds."""
        found: dict[str, list[float]] = {}
        rounds = 0
        for one in self.run.rounds:
            for count in self.counts.get((index, one.number), ()):
                if metric in count.parts:
                    rounds += 1
                    for name, value in count.parts[metric].items():
                        found.setdefault(name, []).append(value)
        return {name: math.fsum(values) / rounds for name, values in found.items()}

    @cached_property
    def failures(self) -> dict[int, Failure]:
        """Why cells have no number."""
        return {one.cell: one for one in self._all_failures if not one.reason.startswith(EXPLAINS)}

    @property
    def _all_failures(self) -> list[Failure]:
        closing = self.run.closing
        found = [failure for one in self.run.rounds for failure in one.failures]
        return [*found, *(closing.failures if closing else ())]

    @cached_property
    def proofs(self) -> dict[str, Proof]:
        """What each server was, as its process reported it first."""
        found: dict[str, Proof] = {}
        for one in self.run.rounds:
            found = one.servers | found
        return found

    def version(self, label: str) -> str:
        """Return a server's version with what else decides its result, "" where that is unknown."""
        proof = self.proofs.get(label)
        if not proof:
            return ""
        made = made_of(next(spec for spec in self.plan.servers if spec.label == label), proof)
        return f"{proof.version}{made and f' on {made}'}"

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What changes how the numbers are read."""
        return ordered(self._notices())

    def _notices(self) -> Iterator[Notice]:
        for instrument, why in self.run.header.missing.items():
            yield Notice(f"{instrument} are not counted: {why}")
        for one in self._all_failures:
            if one.reason.startswith(EXPLAINS):
                who, why = self.cells[one.cell].server, one.reason.removeprefix(EXPLAINS)
                yield Notice(f"{who}: {why}; not counted by Python function")
        if "calls" in self.plan.instruments and self.plan.silent:
            yield Notice(f"calls and collections: {NOT_TOLD}, not of {', '.join(self.plan.silent)}")
        rounds = len(self.run.rounds)
        if 0 < rounds < self.plan.rounds:
            yield Notice(f"{rounds} of {self.plan.rounds} rounds were counted")

    def gated_metrics(self) -> tuple[str, ...]:
        """Return the metrics that may have a verdict, in the order in which they are shown."""
        return gateable("count")


def _has_lookups(run: CountRun) -> bool:
    return any("lookups" in count.values for one in run.rounds for count in one.counts)


def unlike_counts(stored: CountRun, now: CountRun) -> str:
    """Return in what two runs differ that changes counts besides the servers, "" where in nothing.

    That is how the interpreter was built, the C library, what the processor can do, the tools that counted
    and how many messages were.
    """
    then, after = stored.header, now.header
    for name in sorted(then.build.keys() | after.build.keys()):
        if then.build.get(name) != after.build.get(name):
            return f"{name}: {then.build.get(name, 'unknown')}, now {after.build.get(name, 'unknown')}"
    for name in sorted(then.tools.keys() & after.tools.keys()):
        if then.tools[name] != after.tools[name]:
            return f"{name} {then.tools[name]}, now {after.tools[name]}"
    for name in ("warm", "short", "long", "equal"):
        one, other = getattr(then.plan, name), getattr(after.plan, name)
        if one != other:
            return f"{name} {one}, now {other}"
    if _has_lookups(stored) != _has_lookups(now):
        return "type lookups, which are among the instructions of one and apart from those of the other"
    return ""
