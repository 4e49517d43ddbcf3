"""The flat list behind every foreign format: the numbers of the tables, and no other."""

from __future__ import annotations

from collections import Counter

import pytest
from drawn import judged
from exported import counts, later, reference, table
from load_runs import load_run, plan_of
from loads import load_run_of, round_of, step_of
from loads import plan_of as load_plan_of
from msgspec.structs import replace
from runs import run_of
from wsbench.analysis.run import Analysis
from wsbench.errors import UsageError
from wsbench.exporters.figures import compared, entries
from wsbench.exporters.shown import Shown
from wsbench.facts.notices import Notice
from wsbench.records.common import Failure
from wsbench.stats.estimate import estimate_log
from wsbench.workflow.shown import shown_of


def with_analysis(shown: Shown, **changes: object) -> Shown:
    """Return a result whose run says something else."""
    source = shown.sources[0]
    said = replace(source.analysis, **changes)
    return replace(shown, said=said, sources=(replace(source, analysis=said),))


@pytest.mark.parametrize("shown", [reference, counts])
def test_the_numbers_are_those_of_the_tables(shown: object) -> None:
    """Each line of CSV is there once, under a name of its own."""
    found = {one.name: str(one.figure.value) for one in entries(shown())}  # type: ignore[operator]
    assert found == {name: row["value"] for name, row in table(shown).items()}
    assert len(found) > 20


def test_the_values_of_rounds_are_those_behind_the_estimate() -> None:
    """Whoever estimates anew from them comes to the number of the table."""
    known = [one for one in entries(reference()) if one.rounds and one.metric != "rss"]
    assert len(known) > 100
    for one in known:
        again = estimate_log(one.rounds)
        assert (again.value, again.n) == (one.figure.value, one.figure.n)
        assert len(one.messages) == len(one.rounds)


def test_too_few_rounds_have_no_interval() -> None:
    """Not even one that begins at 0."""
    found = entries(shown_of(run_of({"tornado": 60.0, "tcp": 30.0}, rounds=3)))
    assert {(one.figure.low, one.figure.high) for one in found} == {(None, None)}


def test_names_are_alike_from_run_to_run() -> None:
    """Neither versions nor days are in them."""
    assert [one.name for one in compared(reference())] != [one.name for one in compared(later())]
    assert {one.name for one in compared(reference())} == {one.name for one in compared(later())}
    assert {one.figure.version for one in entries(later())} == {"99.1"}
    assert not any("99.1" in one.name for one in entries(later()))


def test_only_what_can_be_gated_is_compared() -> None:
    """A round trip of a throughput cell follows from its rate; how much memory there is has no verdict."""
    metrics = Counter(one.metric for one in compared(reference()))
    assert {*metrics} == {"rtt_p50", "rtt_p90", "rtt_p99", "throughput", "server_cpu"}
    assert metrics["rtt_p50"] == 13
    assert all(one.better for one in compared(reference()))


def test_cells_that_failed_or_contradict_themselves_are_left_out() -> None:
    """Even where rounds before the failure have numbers: those of half a run are no result."""
    run = run_of({"tornado": 60.0, "aiohttp": 40.0, "tcp": 30.0})
    last = replace(run.rounds[-1], cells=run.rounds[-1].cells[1:], failures=(Failure(0, "it died"),))
    lost = entries(shown_of(replace(run, rounds=(*run.rounds[:-1], last))))
    assert {one.server for one in lost} == {"aiohttp", "tcp"}
    analysis = shown_of(run).said
    assert isinstance(analysis, Analysis)
    (group,) = analysis.groups
    rows = tuple(
        replace(row, limit="invalid") if row.server == "aiohttp" else replace(row, limit="client")
        for row in group.rows
    )
    found = entries(with_analysis(shown_of(run), groups=(replace(group, rows=rows),)))
    assert {(one.server, one.bound) for one in found} == {("tornado", True), ("tcp", True)}


def test_an_invalid_run_and_one_without_numbers_are_refused() -> None:
    """No program is given a number whose control failed, and none an empty file."""
    shown = reference()
    broken = with_analysis(shown, notices=(Notice("the clock ran backwards", invalid=True),))
    with pytest.raises(UsageError, match=r"INVALID, so no other program .*: the clock ran backwards$"):
        entries(broken)
    with pytest.raises(UsageError, match="no number that another program"):
        entries(shown_of(run_of({"tornado": 60.0}, failures={"tornado": "it died"})))


def test_of_a_judgement_it_is_the_run_that_was_judged() -> None:
    """With `check` that is the run just measured."""
    assert {one.server for one in entries(judged())} == {"tornado", "new", "stdlib", "tcp"}


def test_rates_are_named_as_they_mean_the_same_in_every_run() -> None:
    """In msg/s where they were given so, as a share of the ceiling in a sweep, by the limit in a search."""
    found = {one.benchmark for one in entries(shown_of(load_run()))}
    plain = "tornado by wire, 64 B text, 16 connections, depth 1"
    assert found == {f"{plain}, at 2,000 msg/s", f"{plain}, at 4,000 msg/s"}

    plan = load_plan_of("sweep", rates=(0.1, 0.5))
    steps = [
        [step_of(n, 1_000, 1.0), step_of(n, 5_000, 2.0), replace(step_of(n, 10_000, 3.0), rate=0.0)]
        for n in range(4)
    ]
    run = load_run_of(plan, [round_of(one, ceiling=10_000.0) for one in steps])
    swept = entries(shown_of(run))
    at = {one.benchmark.removeprefix(plain) for one in swept}
    assert at == {", at 10% of the ceiling", ", at 50% of the ceiling", ", as fast as it goes", ""}
    assert next(one for one in swept if one.metric == "ceiling").rounds == (10_000.0,) * 4

    held = [
        round_of([replace(step_of(n, 1_000 + n, 1.0), holds=True)], capacity=1_000.0 + n) for n in range(4)
    ]
    (capacity,) = entries(shown_of(load_run_of(load_plan_of("slo"), held)))
    assert capacity.name == f"{plain}, p99 = 5 ms: capacity"
    assert capacity.rounds == (1_000.0, 1_001.0, 1_002.0, 1_003.0)


def test_how_a_server_is_spoken_to_is_in_its_names() -> None:
    """A run that is all over TLS has servers of the same labels, and is no other run of the plain one."""
    plain = run_of({"tornado": 60.0})
    plan = plain.header.plan
    servers = tuple(replace(one, tls=True, loop="uvloop") for one in plan.servers)
    run = replace(plain, header=replace(plain.header, plan=replace(plan, servers=servers)))
    assert {one.benchmark for one in entries(shown_of(run))} == {
        f"{one.benchmark}, on uvloop, over TLS" for one in entries(shown_of(plain))
    }


def test_times_at_a_rate_that_was_missed_are_left_out() -> None:
    """How long they are depends on how long it was tried; what was answered stays."""
    plan = plan_of(rates=(2_000.0,))
    steps = [replace(step_of(n, 2_000.0, 1.0), missed="half were answered") for n in range(4)]
    found = {one.metric for one in entries(shown_of(load_run_of(plan, [round_of([one]) for one in steps])))}
    assert "achieved" in found
    assert not any(one.startswith(("response", "service")) for one in found)
