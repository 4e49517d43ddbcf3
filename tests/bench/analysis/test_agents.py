"""Each agent at a rate, over all rounds."""

from loads import step_of
from wsbench.analysis.agents import agent_lines
from wsbench.analysis.load_rows import LoadRow
from wsbench.records.rates.agent_row import AgentRow


def row(name: str, **changes: object) -> AgentRow:
    """Return what an agent saw of a step."""
    return AgentRow(name, "h", 100, 99, **changes)  # type: ignore[arg-type]


def test_counts_are_added_and_times_are_medians():
    """Of the clock the last round counts, of running together the worst."""
    steps = tuple(
        step_of(number, 200, 1, agents=(row("a", p50_ns=p50, clock_offset_ns=p50, overlap=overlap), row("b")))
        for number, (p50, overlap) in enumerate([(10.0, 1.0), (30.0, 0.9), (20.0, 0.95)])
    )
    one, other = agent_lines([LoadRow(200, steps=steps), LoadRow(300)])
    assert (one.rate, one.name, one.scheduled, one.answered) == (200, "a", 300, 297)
    assert (one.p50_ns, one.clock_offset_ns, one.overlap) == (20.0, 20.0, 0.9)
    assert (other.name, other.p50_ns, other.failure) == ("b", None, "")
