"""Which Python functions cost more instructions, with the C code they run: where a change comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..facts.call_graph import CallGraph
from ..facts.call_tree import circles

NEARLY_ALL = 0.9
"""Of a change of a function that is due to one which it calls, the latter alone is named."""

Costs = dict[str, tuple[float, float]]
"""Instructions per message before and after, with all that is called, by function."""


def changed_costs(before: CallGraph, after: CallGraph, least: float) -> Costs:
    """Return the functions whose costs changed by at least so much, by their full names.

    A function that costs more only because one that it calls does is not among them.
    """
    then, now = before.inclusive, after.inclusive
    names = before.names | after.names
    change = {name: now.get(name, 0.0) - then.get(name, 0.0) for name in {**now, **then}}
    due = _due_to_others(change, {**before.calls, **after.calls})
    return {
        names.get(name, name): (then.get(name, 0.0), now.get(name, 0.0))
        for name, more in change.items()
        if abs(more) >= least and name not in due
    }


def _due_to_others(change: Mapping[str, float], calls: Iterable[tuple[str, str]]) -> set[str]:
    """Return those whose change is nearly all that of one function they call, which does not call them."""
    called: dict[str, list[str]] = {name: [] for name in change}
    for caller, callee in calls:
        called[caller].append(callee)
    circle = {name: number for number, one in enumerate(circles(called)) for name in one}
    return {
        caller
        for caller, callees in called.items()
        for callee in callees
        if circle[caller] != circle[callee]
        and change[caller] * change[callee] > 0
        and abs(change[callee]) >= NEARLY_ALL * abs(change[caller])
    }
