"""The plan of a run of counts: words, and other servers in it."""

from msgspec.structs import replace
from wsbench.demand.workload import Workload
from wsbench.plan.count import CountCell, CountPlan, Instrument
from wsbench.plan.margins import Comparison, Gates
from wsbench.targets.spec_parser import read_spec, read_specs


def test_a_cell_reads_as_margins_are_looked_up():
    """Without a client: what counts is the server's."""
    assert str(CountCell("tornado", Workload(depth=32))) == "tornado, 64 B text, 1 connection, depth 32"


def test_a_plan_takes_other_forms_of_its_servers():
    """And nothing else changes."""
    one, other = read_spec("tornado")[0], read_spec("aiohttp")[0]
    plan = CountPlan((one,), (CountCell("tornado", Workload()),), seed=7)
    changed = plan.with_servers([other])
    assert changed.servers == (other,)
    assert changed.with_servers([one]) == plan


def test_calls_are_counted_where_the_process_tells_them():
    """Of a command none are; of a comparison with one, on neither side."""
    specs = read_specs(("tornado", "shop=cmd:./shop {port}"))
    both: tuple[Instrument, ...] = ("calls", "bare")
    plan = CountPlan(specs, tuple(CountCell(one.label, Workload()) for one in specs), 1, instruments=both)
    assert [*plan.jobs()] == [(0, "calls"), (0, "bare"), (1, "bare")]
    compared = replace(plan, comparison=Comparison((("tornado", "shop"),), Gates(), looks=(4,)))
    assert [*compared.jobs()] == [(0, "bare"), (1, "bare")]
