"""The records of a load run: words, and there and back."""

from __future__ import annotations

import msgspec
import pytest
from loads import load_run_of, plan_of, report_of, round_of, step_of
from wsbench.values.load import AgentReport, Limit, LoadHeader, LoadRound
from wsbench.values.schema import Closing, Handshake
from wsbench.values.steps import merged

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
