"""Several runs beside each other: what they share, and where they surely differ."""

from __future__ import annotations

from load_runs import load_run, plan_of
from msgspec.structs import replace
from runs import NOISE, run_of
from wsbench.analysis.side_by_side import SideBySide, Value, put_side_by_side
from wsbench.demand.workload import Workload
from wsbench.records.run import Run
from wsbench.targets.spec import Access

WIDE = Workload(connections=16)


def of(**runs: Run) -> SideBySide:
    """Put runs side by side under their names."""
    return put_side_by_side([*runs.items()])


def test_a_server_has_a_line_with_the_values_of_each_run() -> None:
    """What only one of them has is there too; the order is that of the first."""
    found = of(old=run_of({"tornado": 60.0, "tcp": 30.0}), new=run_of({"aiohttp": 50.0, "tornado": 60.0}))
    (table,) = found.tables
    assert [line.name for line in table.lines] == ["tornado", "tcp", "aiohttp"]
    assert [[one is not None for one in line.values] for line in table.lines] == [
        [True, True],
        [True, False],
        [False, True],
    ]
    assert [line.change(1) for line in table.lines] == [None, None, None]


def test_a_change_is_told_where_the_intervals_have_nothing_in_common() -> None:
    """Half as much again surely is one; what noise makes is none."""
    noise = {"tornado": NOISE}
    runs = {
        name: run_of({"tornado": us}, noise=noise) for name, us in (("a", 60.0), ("b", 60.2), ("c", 90.0))
    }
    ((line,),) = (table.lines for table in of(**runs).tables)
    assert line.change(1) is None
    change = line.change(2)
    assert change
    assert round(change, 3) == 0.5


def test_each_workload_has_a_table_of_what_it_is_about() -> None:
    """The median of one connection, messages a second of several; the client's limit is no change."""
    workloads = (Workload(), WIDE)
    base = run_of({"tornado": 60.0}, workloads=workloads)
    busy = run_of({"tornado": 90.0}, workloads=workloads, shares={"tornado": (0.99, 0.4)})
    first, second = of(a=base, b=busy).tables
    assert [line.metric for table in (first, second) for line in table.lines] == ["rtt_p50", "throughput"]
    assert second.subject.startswith("64 B text, 16 connections, depth 1")
    assert isinstance(second.lines[0].values[1], Value)
    assert second.lines[0].values[1].void
    assert second.lines[0].change(1) is None


def test_of_load_runs_there_is_a_line_for_each_rate_and_one_for_each_finding() -> None:
    """They may stand beside runs of another kind, and share nothing with them."""
    load = load_run(plan_of(rates=(2_000.0, 4_000.0)))
    found = put_side_by_side([("a", load), ("b", load), ("c", run_of({"tornado": 60.0}))])
    rates, servers = found.tables
    assert [line.name for line in rates.lines] == ["2,000 msg/s", "4,000 msg/s"]
    assert {line.metric for line in rates.lines} == {"response_p99"}
    assert [one is not None for one in servers.lines[0].values] == [False, False, True]


def test_runs_of_two_machines_get_a_note() -> None:
    """Their absolute numbers have nothing to do with each other; ratios are nothing that is shown here."""
    found = of(a=run_of({"tornado": 60.0}), b=run_of({"tornado": 60.0}, cpu="Other CPU"))
    (notice,) = found.notices
    what = "b: of another machine than a (processor Some CPU, now Other CPU)"
    assert notice.text == f"{what}; absolute numbers of two machines can't be compared"
    assert not found.invalid


def test_a_run_that_is_invalid_makes_all_of_it_invalid() -> None:
    """Its name stands before the reason."""
    found = of(a=run_of({"tornado": 60.0}), b=run_of({"tornado": 60.0}, failures={"tornado": "it died"}))
    assert found.invalid
    assert [notice.text for notice in found.notices] == ["b: tornado: it died"]


def test_who_was_trusted_unseen_is_told_of_each_run() -> None:
    """Of other notices that spoil no number, a run's own report tells."""
    run = run_of({"x=wss://h/": 60.0}, governor="powersave")
    (spec,) = run.header.plan.servers
    plan = run.header.plan.with_servers([replace(spec, access=Access(insecure=True))])
    found = of(old=replace(run, header=replace(run.header, plan=plan)), new=run)
    told = "old: x: its certificate was not verified (--insecure); anybody may have answered"
    assert [one.text for one in found.notices] == [told]
    assert not found.invalid
