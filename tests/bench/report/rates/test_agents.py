"""The table of agents."""

from loads import step_of
from wsbench.analysis.load_rows import LoadRow
from wsbench.records.rates.agent_row import AgentRow
from wsbench.report.rates.agents import agent_tables

MINE = AgentRow("agent 1", "", 100, 99, 45_000.0, 90_000.0, 800.0, 0.5)
OTHER = AgentRow("agent 2", "", 100, 99, 45_000.0, 90_000.0, 800.0, 0.5)
FAR = AgentRow("w", "10.0.0.2", 100, 98, 5e6, 9e6, 800.0, 0.25, 1.5e6, 2.5e5, 0.995)


def row(rate: float, *agents: AgentRow, missed: str = "") -> LoadRow:
    """Return a rate that was held once."""
    return LoadRow(rate, missed=missed, steps=(step_of(0, rate, 1, agents=agents),))


def test_without_agents_of_its_own_a_run_has_no_table():
    """One agent here is the run."""
    assert agent_tables([row(200)], None) == []


def test_a_table_has_a_row_for_each_agent():
    """Columns without a value are left out, as that of the clock where all share it."""
    (table,) = agent_tables([row(200, MINE, OTHER)], None)
    assert table.title == "Agents, at 200 msg/s"
    names = [name for name, _ in table.columns]
    assert names == [
        *("agent", "due", "answered", "response p50 µs", "response p99 µs", "late p99 µs", "CPU %"),
        "together %",
    ]
    assert table.rows[0] == ("agent 1", "100", "99", "45.0", "90.0", "0.80", "50.0", "100.0")


def test_workers_have_hosts_and_clocks():
    """Long times are in ms; the error of the clock stands beside it."""
    (table,) = agent_tables([row(200, FAR)], None)
    shown = dict(zip([name for name, _ in table.columns], table.rows[0], strict=True))
    assert shown["host"] == "10.0.0.2"
    assert shown["response p50 ms"] == "5.00"
    assert shown["clock ms"] == "+1.50 ±0.25"
    assert shown["together %"] == "99.5"
    assert "clock: how far that of its host is ahead of the one here" in table.below[0]


def test_the_highest_rate_that_was_kept_up_with_is_shown():
    """Past it, how long it was held decides the times."""
    rows = [row(200, MINE, OTHER), row(300, MINE, OTHER), row(400, MINE, OTHER, missed="3 msg/s")]
    assert [one.title for one in agent_tables(rows, None)] == ["Agents, at 300 msg/s"]
    assert [one.title for one in agent_tables([row(0, MINE, OTHER)], 80)] == ["Agents, as fast as it goes"]


def test_why_an_agent_has_no_times_stands_below():
    """With its name."""
    gone = AgentRow("v", "10.0.0.3", 0, 0, overlap=0.0, failure="it was lost")
    (table,) = agent_tables([row(200, FAR, gone)], 80)
    assert table.below[0] == "v: it was lost"
