"""What is drawn of a run of counts: each pair, or each server, by what was counted of it."""

import msgspec
import pytest
from count_runs import count_run_of
from wsbench.analysis.flame import drawings
from wsbench.plan.count import Instrument
from wsbench.plan.margins import Comparison
from wsbench.records.count import Count, CountRun


def run_with(graphs: dict[int, tuple[Instrument, ...]], comparison: Comparison | None = None) -> CountRun:
    """Return a run of two servers whose cells have graphs by these instruments; that of cell 1 costs more."""
    run = count_run_of({"tornado": 1.0, "aiohttp": 1.0}, rounds=1, comparison=comparison)
    counts = tuple(
        Count(
            cell,
            one,
            {one: 100.0 + 10 * cell},
            {one: {"run (a.py:1)": 60.0, "echo (b.py:2)": 40.0 + 10 * cell}},
            graph={one: {"run (a.py:1)": {"echo (b.py:2)": 40.0 + 10 * cell}}},
        )
        for cell, instruments in graphs.items()
        for one in instruments
    )
    return msgspec.structs.replace(run, rounds=(msgspec.structs.replace(run.rounds[0], counts=counts),))


def test_a_pair_is_one_drawing_with_python_first():
    """Of what both sides have."""
    pair = Comparison((("tornado", "aiohttp"),))
    both = run_with({0: ("instructions", "python"), 1: ("instructions", "python")}, pair)
    first, second = drawings(both)
    start = "aiohttp against tornado, 64 B text, 1 connection, depth 1: "
    assert first.title == f"{start}Python functions, with the C code they run"
    assert second.title == f"{start}C functions"
    assert (first.before, first.after, first.tree.value) == ("tornado", "aiohttp", (100.0, 110.0))
    (run,) = first.tree.children
    assert (run.name, run.value) == ("run (a.py:1)", (100.0, 110.0))
    assert (run.children[0].name, run.children[0].change) == ("echo (b.py:2)", pytest.approx(10.0))
    half = run_with({0: ("instructions", "python"), 1: ("instructions",)}, pair)
    assert [one.title for one in drawings(half)] == [second.title]


def test_servers_that_are_not_compared_are_drawn_each_alone():
    """And one that has no graph is not drawn."""
    (one,) = drawings(run_with({1: ("python",)}))
    assert one.title.startswith("aiohttp, 64 B text")
    assert (one.before, one.after, one.tree.value) == ("", "aiohttp", (110.0, 110.0))
    assert drawings(count_run_of({"tornado": 1.0})) == ()
