"""One agent of a load run: it drives one step over connections of its own and reports what it saw.

`drive` is a plain function from a record to a record, without any state between calls, so that whatever runs
functions (a process beside, a thread, a cluster's worker) can be an agent.
"""

from __future__ import annotations

import contextlib
import time

import msgspec

from ..measuring.recorder import ReplyError
from ..records.rates.report import AgentReport
from ..standalone import child
from ..standalone.open_files import FilesError, room_for
from ..stats.histogram import encode
from ..websocket.failures import is_local
from ..wire.open_connection import run_length
from ..wire.session import WireSession
from .orders import AgentOrder, CellOrder, explain, wire_session
from .step import TooLateError, closed_loop, open_loop

EXPECTED = (OSError, ReplyError, FilesError)
"""What goes wrong with a server or on the way to it; a failed handshake is a `ConnectionError`."""


def drive(order: AgentOrder) -> AgentReport:
    """Drive one step; what goes wrong is the report's `failure`, in one line."""
    child.pin(order.core)
    session: WireSession | None = None
    try:
        room_for(order.cell.workload.connections)
        session = wire_session(_prepared(order))
        _open(session, order)
        report = (open_loop if order.rate else closed_loop)(order, session)
    except TooLateError as problem:
        return failed(str(problem), begun=time.time_ns())
    except EXPECTED as problem:
        return failed(explain(problem))
    finally:
        if session:
            session.close()
    connect = encode(session.times) if session.times else ""
    whole = {"handshake": session.handshake, "connect": connect, **session.besides._asdict()}
    parts = [
        msgspec.structs.replace(one, **whole) for one in report.parts[:1]
    ]  # known of all stages together
    return msgspec.structs.replace(report, parts=(*parts, *report.parts[1:]), **whole)


def _open(session: WireSession, order: AgentOrder) -> None:
    """Connect; what a server refuses an open loop for now, that tries again. Raises as `WireSession.open`."""
    try:
        session.open()
    except OSError as problem:
        if not order.rate or order.cell.workload.one_way or is_local(problem):
            raise
        session.problem = problem


def connecting(order: AgentOrder) -> float:
    """Return how many seconds it takes to connect, 0 where that fails."""
    session, begun = wire_session(_prepared(order)), time.monotonic()
    try:
        with contextlib.suppress(*EXPECTED):
            session.open()
            return time.monotonic() - begun
        return 0.0
    finally:
        session.close()


def failed(reason: str, begun: int = 0) -> AgentReport:
    """Return the report of an agent that measured nothing."""
    return AgentReport(
        scheduled=0,
        answered=0,
        begun_ns=begun,
        ended_ns=begun,
        response="",
        service="",
        lateness="",
        exchanged=0,
        failure=reason or "it failed and did not say why",
    )


def _prepared(order: AgentOrder) -> CellOrder:
    """Return the cell with a workload whose depth gives the session room for what the loop does.

    Two agents on one core would hold each other up if they polled.
    """
    workload = order.cell.workload
    depth = run_length(workload.size, workload.connections) if order.rate else workload.depth
    return msgspec.structs.replace(
        order.cell,
        workload=msgspec.structs.replace(workload, depth=depth, think_us=0),
        polls=order.cell.polls and not order.shares_core,
    )
