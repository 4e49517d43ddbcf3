"""What a plan asks of its servers before it is run, tried by the instrument itself."""

from __future__ import annotations

import contextlib
import re
import time
from collections import defaultdict
from functools import partial

from msgspec.structs import replace

from ..conformance.check import Broken
from ..conformance.gate import Gate
from ..demand.workload import Workload
from ..driver.orders import explain, wire_session
from ..machine.launcher import Server
from ..measuring.recorder import ReplyError
from ..plan.load import LoadPlan
from ..websocket.http_messages import HandshakeError, authority
from .drivers import AnyPlan, order_of

_REFUSAL = re.compile(r"closed with code (1003|1008|1009)\b")
"""How a server refuses messages: for their kind, a rule of its own, or a limit (RFC 6455 section 7.4.1)."""

MANY, ENOUGH_S = 200, 0.3
"""How many messages of a workload are tried at most, after the first two, while so many seconds last."""


def gate_of(plan: AnyPlan) -> Gate:
    """Return what a plan asks of its servers."""
    return Gate(workloads_of(plan), partial(exchange, plan), plan.equal, plan.start_timeout_s)


def workloads_of(plan: AnyPlan) -> dict[str, list[Workload]]:
    """Return by label what is sent to each server, over one connection, each kind of message once."""
    found: dict[str, dict[Workload, None]] = defaultdict(dict)
    if isinstance(plan, LoadPlan):
        found[plan.server.label][_alone(plan.workload)] = None
    else:
        for cell in plan.cells:
            found[cell.server][_alone(cell.workload)] = None
    return {label: list(workloads) for label, workloads in found.items()}


def _alone(workload: Workload) -> Workload:
    return replace(workload, connections=1, idle=0, slow_readers=0, think_us=0)


def exchange(plan: AnyPlan, server: Server, workload: Workload) -> None:
    """Have some messages of a workload come back. Raises `Broken`."""
    session = wire_session(order_of(server, workload, plan))
    with contextlib.closing(session):
        try:
            session.open()
        except ReplyError as problem:
            raise Broken(f"does not answer {workload.what} as it should: {explain(problem)}") from None
        except HandshakeError as problem:
            raise Broken(explain(problem)) from None
        except OSError as problem:
            why = problem.strerror or explain(problem)
            where = authority(*(server.spec.access.connect_to or (server.host, server.port)))
            raise Broken(f"can't be reached at {where}: {why[:1].lower()}{why[1:]}") from None
        try:
            enough, tried = time.monotonic() + ENOUGH_S, 0
            while tried < MANY and (not tried or time.monotonic() < enough):
                tried += session.run(workload.depth, 1 + tried).exchanged
            session.farewell()
        except (OSError, ReplyError) as problem:
            refused = isinstance(problem, ConnectionError) and _REFUSAL.search(str(problem))
            verb = f"refuses {workload.what}" if refused else f"does not answer {workload.what} as it should"
            raise Broken(f"{verb}: {explain(problem)}") from None
