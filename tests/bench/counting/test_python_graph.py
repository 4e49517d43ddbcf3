"""Of what callgrind saw only Python functions are left, and nothing of the sum is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.counting.python_graph import OUTSIDE, Trampoline, named, python_only

NODES = st.sampled_from("abcdefgh")
COSTS = st.floats(0, 1e6)
PYTHON = {"a": "A", "b": "B", "c": "C"}


def test_code_is_whose_trampoline_it_is_in():
    """From its first byte to its last one, whatever is before, between and behind."""
    known = [Trampoline(0x30, 8, "later"), Trampoline(0x10, 8, "first")]
    codes = ["0xf", "0x10", "0x17", "0x18", "0x30", "0x38", "read (io.c)"]
    assert named(codes, known) == {"0x10": "first", "0x17": "first", "0x30": "later"}


@pytest.mark.parametrize(
    ("own", "edges", "left", "calls"),
    [
        ({"a": 5.0, "b": 7.0}, {("a", "b"): 7.0}, {"A": 5.0, "B": 7.0}, {("A", "B"): 7.0}),
        (  # a jump in between
            {"a": 5.0, "x": 2.0, "b": 7.0},
            {("a", "x"): 9.0, ("x", "b"): 7.0},
            {"A": 7.0, "B": 7.0},
            {("A", "B"): 7.0},
        ),
        (  # two callers: by what each of them spent there
            {"a": 1.0, "b": 1.0, "x": 4.0},
            {("a", "x"): 3.0, ("b", "x"): 1.0},
            {"A": 4.0, "B": 2.0},
            {},
        ),
        ({"x": 3.0, "a": 5.0}, {("x", "a"): 5.0}, {"A": 5.0, OUTSIDE: 3.0}, {}),  # nobody called it
        ({"x": 8.0, "a": 1.0}, {("a", "x"): 2.0}, {"A": 3.0, OUTSIDE: 6.0}, {}),  # mostly others did
        (  # two of them call one another
            {"a": 1.0, "x": 2.0, "y": 2.0},
            {("a", "x"): 4.0, ("x", "y"): 2.0, ("y", "x"): 0.0},
            {"A": 5.0},
            {},
        ),
    ],
)
def test_what_has_no_name_is_its_callers(
    own: dict[str, float],
    edges: dict[tuple[str, str], float],
    left: dict[str, float],
    calls: dict[tuple[str, str], float],
):
    """And so is what it calls."""
    found, edges = python_only(own, edges, PYTHON)
    assert {name: cost for name, cost in found.items() if cost} == pytest.approx(left)
    assert edges == pytest.approx(calls)


@settings(max_examples=40)
@given(st.dictionaries(NODES, COSTS), st.dictionaries(st.tuples(NODES, NODES), COSTS))
def test_the_sum_stays_and_only_python_functions_do(
    own: dict[str, float], edges: dict[tuple[str, str], float]
):
    """Whatever calls whom, in circles or not."""
    left, calls = python_only(own, edges, PYTHON)
    assert sum(left.values()) == pytest.approx(sum(own.values()), abs=1e-3)
    assert min(left.values(), default=0) >= -1e-6
    assert {*left, *(node for edge in calls for node in edge)} <= {*PYTHON.values(), OUTSIDE}
