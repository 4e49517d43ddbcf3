"""What a driver is told of a cell."""

import pytest
from msgspec.structs import replace
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.plan.run import Plan
from wsbench.plan.workload import Workload
from wsbench.runner.drivers import order_of, start_driver
from wsbench.targets.spec_parser import read_spec

PLAN = Plan((), (), 1, seed=3, equal=False, client_wait="poll")
ADDRESS = "ws://127.0.0.1:9/there"
FIVE = Workload(connections=5)


def test_an_order_has_what_plan_and_server_say():
    """Address, workload and seed; of a server elsewhere nobody knows the process."""
    server = Server(read_spec(f"mine={ADDRESS}")[0], Settings())
    order = order_of(server, FIVE, PLAN, 2)
    assert (order.cell, order.url, order.workload, order.seed) == (2, ADDRESS, FIVE, 3)
    assert order.equal is False
    assert order.polls
    assert not order_of(server, FIVE, replace(PLAN, client_wait=None)).polls
    assert (order.server_pid, order.ours, order.plain, order.tls) == (None, False, False, False)


@pytest.mark.parametrize(("word", "plain"), [("stdlib", False), ("tcp", True)])
def test_a_server_of_ours_is_one(word: str, plain: bool):
    """Its process is known, and the floor is spoken to without a handshake."""
    with Server(read_spec(word)[0], Settings()) as server:
        order = order_of(server, FIVE, PLAN)
    assert (order.server_pid, order.ours, order.plain) == (server.pid, True, plain)


@pytest.mark.parametrize(
    ("whose", "name"), [("", "the wire driver"), ("tornado", "the wire driver of tornado")]
)
def test_a_driver_is_called_by_client_and_server(whose: str, name: str):
    """That is what messages say of it."""
    driver = start_driver("wire", None, {}, whose)
    try:
        assert driver.name == name
        assert driver.hear(20)["loop"] == "native"
    finally:
        driver.stop()
