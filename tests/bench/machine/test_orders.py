"""What a driver is told of a cell."""

import pytest
from wsbench.machine.launcher import Server, Settings
from wsbench.machine.orders import order_of, start_driver
from wsbench.values.grammar import read_specs
from wsbench.values.plan import Plan, cells_of
from wsbench.values.spec import Axes
from wsbench.values.workload import Workload

ADDRESS = "ws://127.0.0.1:9/there"


def plan_of(*words: str, axes: Axes = Axes()) -> Plan:  # noqa: B008  # it is frozen
    """Return a plan in which wire drives these servers over 5 connections."""
    specs = read_specs(words, axes)
    return Plan(specs, cells_of(specs, ("wire",), (Workload(connections=5),)), rounds=1, seed=3)


def test_an_order_has_what_plan_and_server_say():
    """Address, workload and seed; of a server elsewhere nobody knows the process."""
    plan = plan_of(f"mine={ADDRESS}")
    order = order_of(plan, 0, Server(plan.servers[0], Settings()))
    assert (order.cell, order.url, order.workload, order.seed) == (0, ADDRESS, Workload(connections=5), 3)
    assert (order.server_pid, order.ours, order.plain, order.tls) == (None, False, False, False)


@pytest.mark.parametrize(("word", "plain"), [("stdlib", False), ("tcp", True)])
def test_a_server_of_ours_is_one(word: str, plain: bool):
    """Its process is known, and the floor is spoken to without a handshake."""
    plan = plan_of(word)
    with Server(plan.servers[0], Settings()) as server:
        order = order_of(plan, 0, server)
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
