"""What a driver is told of a cell."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from wsbench.demand.workload import Workload
from wsbench.driver.messages import Exchange
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import ChildError
from wsbench.plan.run import Plan
from wsbench.records.slices import Slice
from wsbench.runner.drivers import ask, order_of, start_driver
from wsbench.targets.client_spec import ClientSpec
from wsbench.targets.spec_parser import read_spec

PLAN = Plan((), (), 1, seed=3, equal=False, client_wait="poll")
ADDRESS = "ws://127.0.0.1:9/there"
METADATA = "Metadata-Version: 2.1\nName: ws4py\nVersion: 0.1\n"
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


@pytest.mark.parametrize("answer", ["{}", '{"problem": 3, "silent": 0}'])
def test_an_answer_that_is_none_is_told(start: Any, answer: str):
    """With the driver's name: a round goes on without it."""
    driver = start(f"import json\nprint(json.dumps({answer} | {{'answers': int(input().split()[0])}}))")
    with pytest.raises(ChildError, match=r"^it: its process says of itself what can't be read: "):
        ask(driver, Exchange(0, 1, 1), Slice, 20)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("raise RuntimeError('of another day')", "the old driver: RuntimeError: of another day"),
        ("", "the old driver: ws4py 0.1 has no module ws4py.client"),
    ],
)
def test_packages_of_a_client_come_first(tmp_path: Path, code: str, line: str):
    """They hide what is installed here, and whatever their import raises is one line."""
    for name, text in (("ws4py/__init__.py", code), ("ws4py-0.1.dist-info/METADATA", METADATA)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    (tmp_path / "ws4py-0.1.dist-info" / "top_level.txt").write_text("ws4py")
    driver = start_driver(ClientSpec("old", "ws4py", "0.1", packages=str(tmp_path)), None, {})
    try:
        with pytest.raises(ChildError, match=line):
            driver.hear(20)
    finally:
        driver.stop()
