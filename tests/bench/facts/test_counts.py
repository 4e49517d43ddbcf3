"""What a run of counts says."""

import msgspec
import pytest
from count_runs import NOISE, count_run_of
from msgspec.structs import replace
from wsbench.facts.counts import CountFacts, unlike_counts
from wsbench.records.common import Failure
from wsbench.targets.spec_parser import read_specs


def test_values_are_by_the_setting_of_the_round():
    """Hash seed and padding."""
    facts = CountFacts(count_run_of({"tornado": 1_000.0}, rounds=3))
    expected = {(1, 0): 1_000 * NOISE[0], (2, 64): 1_000 * NOISE[1], (3, 128): 1_000 * NOISE[2]}
    assert facts.rounds_of(0, "instructions") == expected


def test_a_metric_that_a_round_lacks_has_no_estimate():
    """And one that is 0 in a round has one without a logarithm."""
    facts = CountFacts(count_run_of({"tornado": 1_000.0}, more={"syscalls": 3.0, "collections": 0.0}))
    found = facts.estimates(0)
    assert set(found) == {"instructions", "syscalls", "collections"}
    assert found["syscalls"].value == pytest.approx(3)
    assert found["collections"].value == 0
    assert facts.estimate(0, "calls") is None


def test_parts_are_means_with_the_largest_first():
    """Over all rounds."""
    facts = CountFacts(count_run_of({"tornado": 1.0}, more={"syscalls": 3.0}))
    assert facts.parts(0, "syscalls") == [("read", 2.0), ("sendto", 1.0)]
    assert facts.parts(0, "instructions") == []


def test_what_is_missing_is_told():
    """With how to get it; so is a run that was stopped."""
    facts = CountFacts(count_run_of({"tornado": 1.0}, missing={"syscalls": "apt install strace"}))
    assert [one.text for one in facts.notices] == ["syscalls are not counted: apt install strace"]


def test_of_commands_it_is_told_that_calls_are_not_counted():
    """Where they were asked for."""
    run = count_run_of({"tornado": 1.0})
    plan = replace(run.header.plan, servers=read_specs(("tornado", "shop=cmd:./shop {port}")))
    facts = CountFacts(replace(run, header=replace(run.header, plan=plan)))
    (notice,) = facts.notices
    assert notice.text == "calls and collections: counted only for servers of files, not of shop"
    plan = replace(plan, instruments=("instructions",))
    assert not CountFacts(replace(run, header=replace(run.header, plan=plan))).notices


@pytest.mark.parametrize(
    ("change", "says"),
    [({}, ""), ({"build": {"libc": "2.40"}}, "libc: 2.36, now 2.40"), ({"build": {}}, "")],
)
def test_what_else_changes_counts_is_named(change: dict[str, object], says: str):
    """The first field that differs."""
    one, other = count_run_of({"tornado": 1.0}), count_run_of({"tornado": 1.0}, **change)  # type: ignore[arg-type]
    assert unlike_counts(one, other) == says


def test_what_only_explains_is_no_failure_of_a_cell():
    """It is told, and what was counted stands."""
    run = count_run_of({"tornado": 100.0}, rounds=1)
    failed = (Failure(0, "python: valgrind did not answer"),)
    assert run.closing
    closing = msgspec.structs.replace(run.closing, failures=failed)
    facts = CountFacts(msgspec.structs.replace(run, closing=closing))
    assert facts.failures == {}
    assert [one.text for one in facts.notices] == [
        "tornado: valgrind did not answer; not counted by Python function"
    ]
