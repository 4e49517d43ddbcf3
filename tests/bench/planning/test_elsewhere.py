"""Where a server can be whose load comes from a cluster."""

import pytest
from wsbench.errors import UsageError
from wsbench.planning.elsewhere import require_reachable
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.targets.spec_parser import read_spec

AT = "tcp://10.0.0.1:8786"


@pytest.mark.parametrize(
    ("target", "scheduler", "server_on"),
    [("tornado", "", ""), ("ws://h/echo", AT, ""), ("tornado", AT, "w"), ("tornado@uvloop", AT, "w")],
)
def test_what_agents_can_reach_is_taken(target: str, scheduler: str, server_on: str):
    """A URL, or a server that one of the workers starts; the plan keeps both addresses."""
    require_reachable(read_spec(target)[0], scheduler, server_on)
    plan = make_load_plan(LoadWords(target, scheduler=scheduler, server_on=server_on), 1)
    assert (plan.scheduler, plan.server_on, plan.keep_awake) == (scheduler, server_on, not scheduler)


@pytest.mark.parametrize(
    ("target", "scheduler", "server_on", "words"),
    [
        ("tornado", "", "w", "give its cluster's --scheduler"),
        ("tornado", AT, "", "its workers can't reach tornado"),
        ("ws://h/echo", AT, "w", "h runs already"),
        ("tornado==6.4", AT, "w", "as they are installed there"),
        ("cmd:node x.js {port}", AT, "w", "as they are installed there"),
        ("tornado@tls", AT, "w", "certificates are made for servers of this machine"),
    ],
)
def test_what_they_can_t_is_refused(target: str, scheduler: str, server_on: str, words: str):
    """With what to do, before anything is started."""
    with pytest.raises(UsageError, match=words):
        require_reachable(read_spec(target)[0], scheduler, server_on)


def test_a_network_is_made_between_processes_of_one_machine():
    """A cluster has a network of its own."""
    with pytest.raises(UsageError, match="--network lies between processes of this machine"):
        require_reachable(read_spec("tornado")[0], AT, "w", network=True)
