"""The records of a load run: words, and there and back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loads import load_run_of, plan_of, report_of, round_of, step_of
from wsbench.demand.workload import Workload
from wsbench.plan.load import (
    CLOSED_BYTES,
    CLOSED_WINDOW,
    Limit,
    LoadPlan,
    closed_workload,
    connections_of,
    patience_of,
)
from wsbench.records.common import Closing, Handshake
from wsbench.records.load import LoadHeader, LoadRound
from wsbench.records.rates.report import AgentReport
from wsbench.records.steps import merged
from wsbench.targets.spec_parser import read_spec

REPORT = report_of(
    [1_000, 2_000, 3_000],
    unanswered=1,
    aborted=True,
    starved=2,
    server_cpu_ns=77,
    recoveries_ns=(5, 6),
    handshake=Handshake("permessage-deflate", "chat", nodelay=True, tls="TLSv1.3"),
    failure="the connection was closed",
)
RUN = load_run_of(
    plan_of("slo", rates=(10.0, 20.5), agents=2, burst=3, arrivals="poisson"),
    [
        round_of([step_of(0, 10, 1.5, fault="late", missed="slow", holds=False, recoveries_ns=(1, 2))]),
        round_of([merged(plan_of("slo"), 1, 20.5, [REPORT])], capacity=12.5, ceiling=40.0, rss=1, steal=0.1),
    ],
)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(0.99, 5_000_000), "p99 = 5 ms"),
        (Limit(0.999, 250_000), "p99.9 = 0.25 ms"),
        (Limit(0.5, 1_500_000_000), "p50 = 1500 ms"),
    ],
)
def test_a_limit_reads_as_it_is_said(limit: Limit, text: str):
    """A quantile and a time in ms."""
    assert str(limit) == text


def test_a_report_survives_its_way_to_the_parent():
    """What an agent encodes is what its parent decodes, as JSON and as msgpack."""
    assert msgspec.json.decode(msgspec.json.encode(REPORT), type=AgentReport) == REPORT
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(REPORT), type=AgentReport) == REPORT


def test_lines_of_a_file_survive():
    """Header, rounds and closing line come back as they were, each known by its own tag."""
    lines = [RUN.header, *RUN.rounds, RUN.closing]
    decoder = msgspec.json.Decoder(LoadHeader | LoadRound | Closing)
    assert [decoder.decode(msgspec.json.encode(line)) for line in lines] == lines


def test_tags_are_not_those_of_other_runs():
    """A load run's lines say so, so that no reader takes them for a run's."""
    tags = [msgspec.json.decode(msgspec.json.encode(line))["line"] for line in (RUN.header, RUN.rounds[0])]
    assert tags == ["load", "load-round"]


MS = 1_000_000


def plan_of(connections: int = 1, agents: int = 1, limit: Limit | None = None) -> LoadPlan:
    """Return a plan."""
    workload = Workload(connections=connections)
    return LoadPlan(read_spec("stdlib")[0], workload, "rate", 1, 1, agents=agents, limit=limit)


@pytest.mark.parametrize(
    ("limit_ms", "patience_ms"), [(None, 10_000), (1, 250), (50, 250), (60, 300), (1_000, 5_000)]
)
def test_patience_follows_the_limit(limit_ms: int | None, patience_ms: int):
    """Five times the limit, a quarter of a second at least; twice the timeout where nothing is too long."""
    limit = Limit(0.99, limit_ms * MS) if limit_ms else None
    assert patience_of(plan_of(limit=limit)) == patience_ms * MS
    slow = msgspec.structs.replace(plan_of(limit=limit), timeout_s=60)
    assert patience_of(slow) == (patience_ms if limit_ms else 120_000) * MS


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
