"""Which Python functions cost more: those where the change comes from."""

import pytest
from wsbench.facts.call_graph import CallGraph
from wsbench.verdicts.python_costs import changed_costs


def graph(calls: dict[tuple[str, str], float], **own: float) -> CallGraph:
    """Return a graph; `a` is shown with its line."""
    return CallGraph(sum(own.values()), own, calls, {"a": "a (x.py:1)"})


BEFORE = graph({("run", "a"): 90.0, ("a", "b"): 40.0}, run=10.0, a=50.0, b=40.0)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (BEFORE, {}),
        # all of it is in b, which has both for callers
        (graph({("run", "a"): 120.0, ("a", "b"): 70.0}, run=10.0, a=50.0, b=70.0), {"b": (40.0, 70.0)}),
        (
            graph({("run", "a"): 120.0, ("a", "b"): 40.0}, run=10.0, a=80.0, b=40.0),
            {"a (x.py:1)": (90.0, 120.0)},
        ),
        # half here, half there: so the one that calls the other is told as well
        (
            graph({("run", "a"): 130.0, ("a", "b"): 60.0}, run=10.0, a=70.0, b=60.0),
            {"a (x.py:1)": (90.0, 130.0), "b": (40.0, 60.0)},
        ),
        # less here, more there
        (
            graph({("run", "a"): 90.0, ("a", "b"): 60.0}, run=10.0, a=30.0, b=60.0),
            {"b": (40.0, 60.0)},
        ),
        # b is no longer called
        (graph({("run", "a"): 50.0}, run=10.0, a=50.0), {"b": (40.0, 0.0)}),
        # who call one another are both told
        (
            graph({("run", "a"): 150.0, ("a", "b"): 100.0, ("b", "a"): 60.0}, run=10.0, a=50.0, b=100.0),
            {"a (x.py:1)": (90.0, 150.0), "b": (40.0, 160.0)},
        ),
    ],
)
def test_where_the_change_comes_from_is_told(after: CallGraph, found: dict[str, tuple[float, float]]):
    """Not who calls that, and nothing under the least."""
    assert changed_costs(BEFORE, after, 10.0) == found
    assert changed_costs(BEFORE, after, 1e6) == {}
