"""From a graph of calls to a tree: what is divided stays the same in all, and circles end."""

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.facts.call_tree import LEAST, Frame, circles, compared, tree_of

NODES = st.sampled_from("abcdefgh")
COSTS = st.floats(0.5, 1e5)
GRAPHS = st.tuples(st.dictionaries(NODES, COSTS, min_size=1), st.dictionaries(st.tuples(NODES, NODES), COSTS))
Graph = tuple[dict[str, float], dict[tuple[str, str], float]]


def shape(frame: Frame) -> object:
    """Return name, value after, and what stands on a frame, by name."""
    children = sorted(frame.children, key=lambda one: one.name)
    return frame.name, round(frame.value[1], 3), [shape(one) for one in children]


def frames_of(frame: Frame) -> list[Frame]:
    """Return a frame and all above it."""
    return [frame, *(one for child in frame.children for one in frames_of(child))]


def test_a_callee_is_divided_by_what_each_call_took():
    """Two callers, of which one spent three times as much there; 10 of all are nobody's."""
    own, calls = {"a": 10.0, "b": 20.0, "c": 40.0}, {("a", "c"): 30.0, ("b", "c"): 10.0}
    assert shape(tree_of(own, calls, 80.0)) == (
        "all",
        80.0,
        [("a", 40.0, [("c", 30.0, [])]), ("b", 30.0, [("c", 10.0, [])])],
    )


def test_what_calls_itself_is_one_frame():
    """However often."""
    assert shape(tree_of({"a": 10.0}, {("a", "a"): 900.0}, 10.0)) == ("all", 10.0, [("a", 10.0, [])])


def test_a_circle_is_one_frame_with_its_members_on_it():
    """And on these what they call outside of it."""
    own = {"main": 1.0, "eval": 20.0, "call": 10.0, "send": 9.0}
    calls = {("main", "eval"): 39.0, ("eval", "call"): 90.0, ("call", "eval"): 95.0, ("call", "send"): 9.0}
    whole = tree_of(own, calls, 40.0)
    assert shape(whole.children[0].children[0]) == (
        "a circle of calls around eval",
        39.0,
        [("call", 19.0, [("send", 9.0, [])]), ("eval", 20.0, [])],
    )


def test_a_long_way_up_ends():
    """What stands higher is its caller's."""
    names = [f"f{number:03}" for number in range(500)]
    calls = {(one, other): 500.0 - number for number, (one, other) in enumerate(pairwise(names))}
    whole = tree_of(dict.fromkeys(names, 1.0), calls, 500.0)
    found = frames_of(whole)
    assert len(found) == 100
    assert sum(one.own[0] for one in found) == pytest.approx(500)


@settings(max_examples=40)
@given(GRAPHS)
def test_nothing_is_lost_or_made(graph: Graph):
    """Children are no more than what they stand on, and what all are of themselves is what there was."""
    own, calls = graph
    total = sum(own.values())
    whole = tree_of(own, calls, total)
    assert whole.value[0] == pytest.approx(total)
    mine: dict[str, float] = defaultdict(float)
    for frame in frames_of(whole):
        above = sum(one.value[0] for one in frame.children)
        assert above <= frame.value[0] * (1 + 1e-9)
        assert frame.own[0] + above == pytest.approx(frame.value[0])
        mine[frame.name] += frame.own[0]
    assert sum(mine.values()) == pytest.approx(total)
    hidden = total * LEAST * 8 * 8  # frames that are too small to be kept, at most so many
    assert {name: cost for name, cost in own.items() if mine[name] < cost * 0.999 - hidden} == {}


@settings(max_examples=40)
@given(GRAPHS)
def test_circles_are_those_who_reach_one_another(graph: Graph):
    """And come after all that they call."""
    called: dict[str, list[str]] = {name: [] for name in "abcdefgh"}
    for caller, callee in graph[1]:
        called[caller].append(callee)

    def reached(start: str) -> set[str]:
        found, left = {start}, [start]
        while left:
            for one in called[left.pop()]:
                if one not in found:
                    found.add(one)
                    left.append(one)
        return found

    groups = circles(called)
    assert sorted(name for group in groups for name in group) == sorted(called)
    done: set[str] = set()
    for group in groups:
        done |= {*group}
        assert reached(group[0]) <= done
        assert all(reached(one) >= {*group} for one in group)
    assert len(groups) == len(
        {frozenset(b for b in called if a in reached(b) and b in reached(a)) for a in called}
    )


@settings(max_examples=40)
@given(GRAPHS, GRAPHS)
def test_two_trees_are_one(before: Graph, after: Graph):
    """Each side is as it was, however much is too small to be shown."""
    one, other = (tree_of(*graph, sum(graph[0].values())) for graph in (before, after))
    both = compared(one, other)
    assert both.value == (one.value[0], other.value[0])
    least = LEAST * max(both.value)
    for frame in frames_of(both):
        for side in (0, 1):
            above = sum(child.value[side] for child in frame.children)
            assert above + frame.own[side] == pytest.approx(frame.value[side])
            assert -1e-6 <= frame.hidden[side] <= frame.own[side] + 1e-6
        assert max(frame.value) >= least


def test_who_is_on_one_side_only_is_nothing_on_the_other():
    """And names are shown as they are told, with their lines."""
    both = compared(
        tree_of({"a": 9.0, "b": 1.0}, {}, 10.0), tree_of({"a": 10.0}, {}, 10.0), {"a": "a (x.py:7)"}
    )
    assert [(one.name, one.value, one.change) for one in both.children] == [
        ("a (x.py:7)", (9.0, 10.0), 1.0),
        ("b", (1.0, 0.0), -1.0),
    ]
    tiny = compared(tree_of({"a": 9999.0, "b": 5.0}, {}, 1e4), tree_of({"a": 1e4}, {}, 1e4))
    assert [one.name for one in tiny.children] == ["a"]
    assert tiny.hidden == (5.0, 0.0)
