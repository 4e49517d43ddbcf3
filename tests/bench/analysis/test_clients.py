"""Which clients stand side by side, in which order, and against whom."""

import pytest
from client_runs import run_of_clients
from runs import run_of
from wsbench.analysis.clients import ClientGroup, client_groups
from wsbench.demand.workload import Workload
from wsbench.facts.facts import Facts
from wsbench.records.run import Run

WIDE = Workload(connections=16)


def groups_of(run: Run) -> tuple[ClientGroup, ...]:
    """Return the groups of a run."""
    return client_groups(Facts(run))


def test_one_client_makes_no_group():
    """There is nobody to stand beside."""
    assert groups_of(run_of({"tornado": 60.0, "stdlib": 50.0, "tcp": 40.0})) == ()


def test_the_clients_of_a_server_stand_by_what_they_reach():
    """The fastest first, against wire, with versions; the yardstick has no group beside another server."""
    (group,) = groups_of(run_of_clients({"websockets==15.0.1": 50.0, "wire": 30.0, "websockets": 40.0}))
    assert (group.server, group.version, group.reference) == ("tornado", "1.0", "wire")
    assert [(row.client, row.version) for row in group.rows] == [
        ("wire", ""),
        ("websockets", "17.4"),
        ("websockets==15.0.1", "15.0.1"),
    ]
    ratios = [row.ratio and round(row.ratio.value, 2) for row in group.rows]
    assert ratios == [None, 1.33, 1.67]
    assert all({"rtt_p50", "client_cpu"} <= row.estimates.keys() for row in group.rows)


def test_throughput_counts_the_other_way():
    """More is better; where wire is not there, the first client is what others are held against."""
    (group,) = groups_of(run_of_clients({"websockets": 500.0, "picows": 400.0}, workload=WIDE))
    assert [row.client for row in group.rows] == ["picows", "websockets"]
    assert group.reference == "websockets"
    assert group.rows[0].ratio is not None
    assert group.rows[0].ratio.value == pytest.approx(1.25, abs=0.01)
    assert group.rows[0].made_of == ("compiled parts", "aiofastnet 1.2.0")


def test_the_yardstick_alone_is_a_server_too():
    """Where nobody else was driven by several."""
    run = run_of_clients({"wire": 30.0, "websockets": 40.0}, server="tcp")
    assert [group.server for group in groups_of(run)] == ["stdlib"]


@pytest.mark.parametrize("failed", ["wire", "picows"])
def test_a_client_that_broke_stands_last(failed: str):
    """With its reason and without a number; where it is the reference, there are no ratios."""
    (group,) = groups_of(run_of_clients({"wire": 30.0, "picows": 40.0, "websockets": 50.0}, failed=failed))
    assert group.rows[-1].client == failed
    assert group.rows[-1].failure is not None
    assert group.rows[-1].estimates == {}
    assert any(row.ratio for row in group.rows) == (failed != "wire")
