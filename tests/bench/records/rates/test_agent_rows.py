"""The row of each agent of a step."""

import pytest
from loads import SECOND, report_of
from wsbench.records.rates.agent_rows import agent_rows, failure_of


def test_one_agent_here_has_no_row():
    """It would be the step."""
    assert agent_rows([report_of([1_000] * 100)]) == ()


def test_each_agent_has_its_own_numbers():
    """Windows of two seconds, one of them a quarter of a second later."""
    first = report_of([10_000] * 100, cpu_ns=SECOND)
    second = report_of([40_000] * 50, begun_ns=10 * SECOND + SECOND // 4, ended_ns=12 * SECOND + SECOND // 4)
    one, other = agent_rows([first, second])
    assert (one.name, one.host, one.scheduled, one.answered) == ("agent 1", "", 100, 100)
    assert (other.name, other.scheduled) == ("agent 2", 50)
    assert one.p50_ns == pytest.approx(10_000, rel=1e-3)
    assert other.p99_ns == pytest.approx(40_000, rel=1e-3)
    assert one.lateness_p99_ns == 100
    assert (one.cpu_share, other.cpu_share) == (0.5, None)
    assert one.overlap == other.overlap == pytest.approx(2 / 2.25)


def test_a_worker_alone_has_a_row_with_its_clock():
    """What ran elsewhere is said."""
    report = report_of([10_000], name="w", host="10.0.0.2", clock_offset_ns=-5.0, clock_error_ns=3.0)
    (row,) = agent_rows([report])
    assert (row.name, row.host, row.clock_offset_ns, row.clock_error_ns) == ("w", "10.0.0.2", -5.0, 3.0)


def test_who_failed_measured_nothing():
    """Its row says why, and so does the step."""
    gone = report_of([], begun_ns=0, ended_ns=0, lateness="", name="w", failure="it was lost")
    _, row = agent_rows([report_of([10_000], name="v"), gone])
    assert (row.p50_ns, row.overlap, row.failure) == (None, 0.0, "it was lost")
    assert failure_of([report_of([1], name="v"), gone]) == "worker w: it was lost"


def test_the_first_failure_names_the_agent_where_there_are_several():
    """Alone, it is the run that failed."""
    failed = report_of([1], failure="refused")
    assert failure_of([failed]) == "refused"
    assert failure_of([report_of([1]), failed]) == "agent 2: refused"
    assert failure_of([report_of([1])]) == ""
