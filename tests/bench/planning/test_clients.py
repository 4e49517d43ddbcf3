"""A comparison of clients: one server, and what each of them is held against."""

import re

import pytest
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.plan.run import Plan
from wsbench.planning.clients import make_client_comparison
from wsbench.planning.profiles import GATE
from wsbench.planning.run import FAR_SAMPLES, make_plan
from wsbench.planning.workloads import Words
from wsbench.targets.client_spec import ClientSpec

GATES = Gates()


def compared(*clients: str, servers: tuple[str, ...] = ("tornado",), null: bool = False) -> Plan | None:
    """Return the plan of a comparison of clients."""
    return make_client_comparison(Words(servers=servers, clients=clients), GATES, seed=1, null=null)


def test_each_client_is_held_against_the_first():
    """All drive the one server, in the workloads and with the looks of every comparison."""
    plan = compared("websockets==15.0.1", "websockets", "old=aiohttp==3.9.5")
    assert plan is not None
    assert plan.comparison is not None
    assert plan.comparison.clients == (("websockets==15.0.1", "websockets"), ("websockets==15.0.1", "old"))
    assert plan.comparison.pairs == (("tornado", "tornado"),)
    assert plan.comparison.looks == (8, 16)
    driven = {(cell.client, cell.workload) for cell in plan.cells if cell.server == "tornado"}
    clients = ("websockets==15.0.1", "websockets", "old")
    assert driven == {(client, workload) for client in clients for workload in GATE.workloads}
    assert plan.client_of("old") == ClientSpec("old", "aiohttp", "3.9.5")


@pytest.mark.parametrize(
    ("clients", "servers"),
    [
        (("wire",), ("tornado",)),
        ((), ("tornado",)),
        (("wire", "wire"), ("tornado",)),
        (("wire", "aiohttp"), ("tornado", "aiohttp")),
    ],
)
def test_anything_else_is_a_comparison_of_servers(clients: tuple[str, ...], servers: tuple[str, ...]):
    """One client, or several servers, are none of ours."""
    assert compared(*clients, servers=servers) is None


@pytest.mark.parametrize(
    ("server", "null", "line"),
    [
        ("tornado", True, "--null runs a second copy of a server: leave it out where clients are compared"),
        ("tcp", False, "tcp speaks no WebSocket: no two clients can drive it; name another server"),
    ],
)
def test_what_can_not_be_compared_gets_one_line(server: str, null: bool, line: str):
    """A copy of a client is not made, and nobody but wire drives the floor."""
    with pytest.raises(UsageError, match=f"^{re.escape(line)}$"):
        compared("wire", "aiohttp", servers=(server,), null=null)


def test_gates_are_those_of_servers():
    """Without a margin nothing is left to decide, and the tail asks for more round trips."""
    words = Words(servers=("tornado",), clients=("wire", "aiohttp"))
    with pytest.raises(UsageError, match=r"^nothing would be gated of aiohttp: every margin is 0$"):
        make_client_comparison(words, Gates(margin=0.0), seed=1)
    plan = make_client_comparison(words, Gates(metrics={"rtt_p99.9": 0.2}), seed=1)
    assert plan is not None
    assert plan.pace.latency_samples == FAR_SAMPLES


def test_a_plan_says_what_its_clients_are():
    """Those that drive, as they were typed; of files that don't say it, what their labels say."""
    plan = make_plan(Words(servers=("stdlib",), clients=("websockets==15.0.1", "wire")), seed=1)
    assert plan.clients == (
        ClientSpec("websockets==15.0.1", "websockets", "15.0.1"),
        ClientSpec("wire", "wire"),
    )
    assert {cell.client for cell in plan.cells} == {"websockets==15.0.1", "wire"}
    assert plan.client_of("ws4py") == ClientSpec("ws4py", "ws4py")
    with pytest.raises(UsageError, match=r"^ws4py==0.5.1 has no permessage-deflate$"):
        make_plan(Words(servers=("tornado@deflate",), clients=("ws4py==0.5.1",)), seed=1)
