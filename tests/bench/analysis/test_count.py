"""What a report of counts shows."""

import pytest
from count_runs import count_run_of
from wsbench.analysis.count import analyse_counts
from wsbench.demand.workload import Workload


def test_the_least_work_stands_first_and_all_are_multiples_of_the_reference():
    """Which is Tornado, wherever it was named."""
    (group,) = analyse_counts(count_run_of({"aiohttp": 70_000.0, "tornado": 400_000.0})).groups
    assert group.reference == "tornado"
    assert [row.server for row in group.rows] == ["aiohttp", "tornado"]
    assert [row.ratio for row in group.rows] == [pytest.approx(0.175), 1.0]


def test_who_failed_comes_last_with_the_reason():
    """And has no numbers."""
    run = count_run_of({"aiohttp": 1.0, "tornado": 2.0}, failures={0: "it died"})
    (group,) = analyse_counts(run).groups
    assert [(row.server, row.failure) for row in group.rows] == [("tornado", ""), ("aiohttp", "it died")]
    assert not group.rows[1].estimates


def test_each_workload_has_its_table():
    """In the order of the plan."""
    run = count_run_of({"tornado": 1.0}, workloads=(Workload(), Workload(depth=32)))
    assert [group.workload.depth for group in analyse_counts(run).groups] == [1, 32]
