"""What a plan asks of its servers, tried on real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wsbench.conformance.check import Broken
from wsbench.demand.workload import Workload
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.plan.load import LoadPlan
from wsbench.plan.run import Plan, cells_of
from wsbench.runner.gate import exchange, gate_of, workloads_of
from wsbench.targets.spec import Axes
from wsbench.targets.spec_parser import read_specs
from wsbench.websocket import frames

BROKEN = Path(__file__).parents[2] / "servers" / "broken"
pytestmark = pytest.mark.usefixtures("nobody_left")


def plan_of(*words: str, workloads: tuple[Workload, ...] = (Workload(),), deflate: bool = False) -> Plan:
    """Return a plan, wire driving."""
    specs = read_specs(words, Axes(deflate=deflate))
    return Plan(specs, cells_of(specs, ["wire"], workloads), rounds=1, seed=1)


def test_each_kind_of_message_is_tried_once() -> None:
    """On one connection, whatever the others would do."""
    many = Workload(connections=64, idle=9, slow_readers=1)
    plan = plan_of("stdlib", workloads=(Workload(), many, Workload(depth=32, connections=2)))
    alone = Workload(think_us=0)
    assert workloads_of(plan) == {"stdlib": [alone, Workload(depth=32, think_us=0)]}
    load = LoadPlan(plan.servers[0], many, "rate", 1, 1, equal=False)
    assert workloads_of(load) == {"stdlib": [alone]}
    assert (gate_of(plan).equal, gate_of(load).equal) == (True, False)


@pytest.mark.parametrize(
    "workload",
    [Workload(), Workload(size=0, text=False), Workload(depth=32), Workload(size=70_000, fragments=3)],
)
def test_right_answers_pass(workload: Workload) -> None:
    """Small, empty, many and large ones."""
    plan = plan_of("stdlib")
    with Server(plan.servers[0], Settings()) as server:
        exchange(plan, server, workload)


@pytest.mark.parametrize(
    ("name", "workload", "why"),
    [
        ("text_for_binary", Workload(text=False), "does not answer 64 B binary as it should: reply 1: text"),
        ("truncated", Workload(size=65_536), "does not answer 65,536 B text as it should: reply 1: 65,535 b"),
        ("picky", Workload(), "the handshake on /echo was answered with HTTP 403"),
    ],
)
def test_wrong_answers_are_told(name: str, workload: Workload, why: str) -> None:
    """And so is a handshake that fails."""
    plan = plan_of(str(BROKEN / f"{name}.py"))
    with Server(plan.servers[0], Settings()) as server, pytest.raises(Broken) as caught:
        exchange(plan, server, workload)
    assert str(caught.value)[: len(why)] == why


@pytest.mark.parametrize(
    ("code", "reason", "why"),
    [
        (
            1009,
            "too many fragments",
            "refuses 64 B text in 5 fragments: the server closed with code 1009 (too ma",
        ),
        (1008, "", "refuses 64 B text in 5 fragments: the server closed with code 1008"),
        (
            1011,
            "oops",
            "does not answer 64 B text in 5 fragments as it should: the server closed with code 1011",
        ),
    ],
)
def test_a_server_that_refuses_a_workload_is_told_with_its_reason(
    scripted: Any, code: int, reason: str, why: str
) -> None:
    """Its own limits and rules are no wrong answers."""

    def refuse(link: Any) -> None:
        link.frame()
        link.sock.sendall(frames.server_frame(frames.CLOSE, code.to_bytes(2, "big") + reason.encode()))
        while link.sock.recv(4_096):
            pass

    plan = plan_of(f"mine=ws://127.0.0.1:{scripted(refuse).port}/echo")
    with pytest.raises(Broken) as caught:
        exchange(plan, Server(plan.servers[0], Settings()), Workload(fragments=5))
    assert str(caught.value)[: len(why)] == why


def test_nobody_there_is_told() -> None:
    """With the place that was tried."""
    plan = plan_of("nobody=ws://127.0.0.1:1/echo")
    with pytest.raises(Broken, match=r"^can't be reached at 127\.0\.0\.1:1: connection refused$"):
        exchange(plan, Server(plan.servers[0], Settings()), Workload())
