"""Starts a driver, and says what it is told of a cell, as the plan and the running server have it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from ..values.catalogue import CLIENTS, FLOOR
from ..values.plan import Plan
from .driver import CellOrder, DriverOrder
from .launcher import Server
from .process import Child


def order_of(plan: Plan, index: int, server: Server) -> CellOrder:
    """Return the order of a cell whose server is ready."""
    return CellOrder(
        cell=index,
        host=server.host,
        port=server.port,
        path=server.path,
        workload=plan.cells[index].workload,
        seed=plan.seed,
        plain=server.spec.name == FLOOR,
        server_pid=server.pid,
        ours=not (server.spec.command or server.spec.url),
        equal=plan.equal,
        tls=server.spec.tls,
        deflate=server.spec.deflate,
        authority=server.authority,
        access=server.spec.access,
        explain=server.pauses is not None,
    )


def start_driver(client: str, core: int | None, environment: Mapping[str, str], whose: str = "") -> Child:
    """Start the driver of a client, or the one it has for a cell of the server `whose` alone."""
    order = DriverOrder(CLIENTS[client].module, core)
    argv = [sys.executable, "-P", "-m", "wsbench.machine.driver", msgspec.json.encode(order).decode()]
    return Child(f"the {client} driver{whose and f' of {whose}'}", argv, environment)
