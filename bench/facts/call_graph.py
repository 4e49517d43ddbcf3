"""Who called whom in a cell of a run of counts, and at what cost: means over its rounds."""

from __future__ import annotations

import re
from collections import defaultdict

import msgspec

from .counts import CountFacts

_LINE = re.compile(r":\d+\)$")
OWN_FILE = "the server's file"
"""What stands for the file of a server, which may have another name on either side."""


def without_line(name: str) -> str:
    """Return a function's name with its file: one that only moved to another line is the same."""
    return _LINE.sub(")", name)


def with_own_file(facts: CountFacts, index: int, name: str) -> str:
    """Return the name of a part with one name for the file of the cell's own server."""
    label = facts.cells[index].server
    spec = next(one for one in facts.plan.servers if one.label == label)
    own = spec.file.replace("\\", "/").rpartition("/")[2] if spec.kind == "file" else ""
    return name.replace(f"({own}:", f"({OWN_FILE}:") if own else name


class CallGraph(msgspec.Struct, frozen=True):
    """Instructions per message: of functions themselves, and of calls from call to return.

    Functions are named without their lines; `names` has those. `total` is that of the cell.
    """

    total: float
    own: dict[str, float]
    calls: dict[tuple[str, str], float]
    names: dict[str, str]

    @property
    def inclusive(self) -> dict[str, float]:
        """What each function takes together with all that it calls."""
        found = defaultdict(float, self.own)
        for (caller, callee), cost in self.calls.items():
            if caller != callee:
                found[caller] += cost
                found[callee] += 0.0
        return {name: min(cost, self.total) for name, cost in found.items()}


def graph_of(facts: CountFacts, index: int, metric: str) -> CallGraph | None:
    """Return who called whom in a cell; None where that was not kept."""
    kept = [
        count
        for one in facts.run.rounds
        for count in facts.counts.get((index, one.number), ())
        if metric in count.graph
    ]
    if not kept:
        return None
    own: dict[str, float] = defaultdict(float)
    calls: dict[tuple[str, str], float] = defaultdict(float)
    names: dict[str, str] = {}

    def key(name: str) -> str:
        name = with_own_file(facts, index, name)
        return without_line(names.setdefault(without_line(name), name))

    for count in kept:
        for name, cost in count.parts.get(metric, {}).items():
            own[key(name)] += cost / len(kept)
        for caller, callees in count.graph[metric].items():
            for callee, cost in callees.items():
                calls[key(caller), key(callee)] += cost / len(kept)
    total = sum(count.values.get(metric, 0.0) for count in kept) / len(kept)
    return CallGraph(total, dict(own), dict(calls), names)
