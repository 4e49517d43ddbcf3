"""Starts a driver, tells it about a cell as the plan and the running server have it, and asks it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from ..demand.workload import Workload
from ..driver.messages import Command, Problem
from ..driver.orders import CellOrder, DriverOrder
from ..machine.answers import answer_of
from ..machine.launcher import Server
from ..machine.process import Child
from ..plan.count import CountPlan
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..records.slices import unpacked
from ..targets.client_spec import ClientSpec, client_of

AnyPlan = Plan | LoadPlan | CountPlan

Answer = TypeVar("Answer")


def order_of(server: Server, workload: Workload, plan: AnyPlan, cell: int = 0) -> CellOrder:
    """Return the order of a cell whose server is ready."""
    spec = server.spec
    return CellOrder(
        cell=cell,
        host=server.host,
        port=server.port,
        path=server.path,
        workload=workload,
        seed=plan.seed,
        plain=spec.is_floor,
        server_pid=server.pid,
        ours=spec.started_by_us,
        equal=plan.equal,
        tls=spec.tls,
        deflate=spec.deflate,
        authority=server.authority,
        access=spec.access,
        explain=server.pauses is not None,
        polls=plan.client_wait == "poll",
        timeout=plan.timeout_s,
    )


def start_driver(
    client: ClientSpec | str, core: int | None, environment: Mapping[str, str], whose: str = ""
) -> Child:
    """Start the driver of a client, or the one it has for a cell of the server `whose` alone.

    It runs on our interpreter; a word is a client as it is installed here. What was made for another version
    of the client's library comes first on its path; wsbench's own dependencies are found where they are.
    """
    client = client_of(client) if isinstance(client, str) else client
    known = client.contestant
    named = (*(known.needs if known else ()), *(one.partition("==")[0] for one in client.companions))
    order = DriverOrder(known.module if known else "", core, named)
    if client.packages:
        path = filter(None, (client.packages, os.environ.get("PYTHONPATH")))
        environment = {**environment, "PYTHONPATH": os.pathsep.join(path)}
    argv = [sys.executable, "-P", "-m", "wsbench.driver.main", msgspec.json.encode(order).decode()]
    return Child(f"the {client} driver{whose and f' of {whose}'}", argv, environment)


def ask(driver: Child, command: Command, kind: type[Answer], patience: float) -> Answer | Problem:
    """Have a driver carry out a command within `patience` seconds; return what it answers.

    Raises `ChildError` where it does not.
    """
    answer = driver.ask(msgspec.json.encode(command).decode(), patience)
    if "problem" in answer:
        return answer_of(driver.name, answer, Problem)
    return answer_of(driver.name, answer, kind, unpacked)
