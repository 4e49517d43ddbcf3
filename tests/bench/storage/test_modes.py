"""Who may read what is written."""

from __future__ import annotations

import pytest
from wsbench.plan.load import LoadPlan
from wsbench.plan.run import Plan
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.planning.run import make_plan
from wsbench.planning.workloads import Words
from wsbench.storage.modes import ANYBODYS, OWNERS, mode_for


def side_by_side(*servers: str) -> Plan:
    """Return the plan of a run."""
    return make_plan(Words(servers=servers, clients=("wire",)), 1)


def at_a_rate(target: str) -> LoadPlan:
    """Return the plan of a load run."""
    return make_load_plan(LoadWords(target, rates=(10.0,)), 1)


@pytest.mark.parametrize("target", ["x=ws://h/", "x=wss://h/", "x=ws+unix:///s", "x=cmd:node {port}"])
def test_a_target_of_the_users_is_for_its_owner(target: str):
    """Wherever it stands, and whatever stands beside it."""
    assert mode_for(side_by_side("tornado", target)) == OWNERS
    assert mode_for(at_a_rate(target)) == OWNERS
    assert mode_for(side_by_side("tornado"), at_a_rate(target)) == OWNERS


def test_servers_of_ours_are_for_anybody():
    """And files of the user's that we start."""
    assert mode_for(side_by_side("tornado", "x=./e.py"), at_a_rate("aiohttp")) == ANYBODYS
