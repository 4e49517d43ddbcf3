"""How a round of a load run goes: tables of pure functions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.stats.capacity import NEARBY, Search, found, nearby, steps_left, told
from wsbench.values.grammar import read_spec
from wsbench.values.load import Limit, LoadPlan
from wsbench.values.load_pace import CLOSED_BYTES, CLOSED_WINDOW, closed_workload, connections_of, patience_of
from wsbench.values.workload import Workload

MS = 1_000_000


def plan_of(connections: int = 1, agents: int = 1, limit: Limit | None = None) -> LoadPlan:
    """Return a plan."""
    workload = Workload(connections=connections)
    return LoadPlan(read_spec("stdlib")[0], workload, "rate", 1, 1, agents=agents, limit=limit)


@pytest.mark.parametrize(
    ("limit_ms", "patience_ms"), [(None, 10_000), (1, 250), (50, 250), (60, 300), (1_000, 5_000)]
)
def test_patience_follows_the_limit(limit_ms: int | None, patience_ms: int):
    """Five times the limit, a quarter of a second at least; ten seconds where nothing is too long."""
    limit = Limit(0.99, limit_ms * MS) if limit_ms else None
    assert patience_of(plan_of(limit=limit)) == patience_ms * MS


@given(st.integers(0, 1 << 24), st.integers(1, 10_000), st.integers(1, 100))
def test_the_closed_loop_keeps_enough_in_flight(size: int, connections: int, depth: int):
    """At least 64 messages, or as many as a MiB has; never fewer than asked for, and no think time."""
    asked = Workload(size, connections=connections, depth=depth)
    workload = closed_workload(asked)
    assert (workload.think_us, workload.connections, workload.size) == (0, connections, size)
    assert workload.depth >= depth
    assert workload.window >= min(CLOSED_WINDOW, CLOSED_BYTES // (size + 1))
    if workload.depth > depth:
        assert workload.window < CLOSED_WINDOW + connections
        assert (workload.depth - 1) * connections * size <= CLOSED_BYTES


@given(st.integers(1, 1_000), st.integers(1, 50))
def test_connections_are_shared_out_evenly(connections: int, agents: int):
    """All of them, no agent with two more than another, and none without."""
    found_now = connections_of(plan_of(connections, agents))
    assert len(found_now) == agents
    assert sum(found_now) == max(connections, agents)
    assert max(found_now) - min(found_now) <= 1
    assert min(found_now) >= 1


@given(st.floats(2, 1e6), st.floats(2, 1e6))
def test_a_search_nearby_finds_what_there_is(start: float, capacity: float):
    """It leaves its start by a tenth first, and ends within its resolution wherever the capacity is."""
    search, tried = Search(start=start), list[float]()
    while (rate := nearby(search)) is not None:
        tried.append(rate)
        search = told(search, rate, rate <= capacity)
    assert tried[0] == start
    assert tried[1] == pytest.approx(start * NEARBY if start <= capacity else max(1, start / NEARBY))
    assert found(search) == pytest.approx(capacity, rel=0.011)
    assert len(tried) < 40


def test_a_search_that_is_where_it_was_takes_few_rates():
    """Both neighbours bracket the capacity within a tenth, which is halved four times."""
    search, count = Search(start=1_000), 0
    while (rate := nearby(search)) is not None:
        search, count = told(search, rate, rate <= 1_020), count + 1
    assert count <= 6


def test_the_steps_left_are_estimated():
    """Two at each rate, a rate for each halving; none once it is decided."""
    assert steps_left(Search(start=100, low=100, high=100.9)) == 0
    assert steps_left(Search(start=100, low=100, high=104)) == 4
    assert steps_left(Search(start=100)) > steps_left(Search(start=100, low=90, high=110)) > 0
    assert math.isfinite(steps_left(Search(start=100, low=1_000)))
