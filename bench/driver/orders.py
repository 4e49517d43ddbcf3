"""What a driver is told of a cell, and what follows from it: the records that both sides speak."""

from __future__ import annotations

import ssl
from typing import Any

import msgspec

from ..demand.workload import TIMEOUT_S, Arrivals, Workload, payloads
from ..plan.stages import RateStage
from ..plan.thresholds import Limit
from ..targets.spec import Access
from ..websocket.http_messages import HandshakeError, authority, is_unix
from ..websocket.trust import client_context
from ..wire.connection_counter import ConnectionCounter
from ..wire.session import WireSession

DEFLATE_WINDOW = 32_768
"""Bytes that deflate looks back on: payloads that come round sooner would be references to themselves."""


class CellOrder(msgspec.Struct, frozen=True):
    """What a driver is told of one cell. `plain` means plain TCP; `timeout` is in seconds.

    `authority` is the file of whom the server's TLS is signed by, "" for the system's. `explain` keeps the
    moments of the replies. With `polls` wire never sleeps while it waits for replies. The memory of a server
    that is not `ours` says nothing: it may be a shell's.
    """

    cell: int
    host: str
    port: int
    path: str
    workload: Workload
    seed: int
    plain: bool = False
    server_pid: int | None = None
    ours: bool = True
    equal: bool = True
    timeout: float = TIMEOUT_S
    tls: bool = False
    deflate: bool = False
    authority: str = ""
    access: Access = Access()
    explain: bool = False
    polls: bool = False

    @property
    def url(self) -> str:
        """Where the server is, for a client's library. Raises `HandshakeError` where that is no TCP port."""
        if is_unix(self.host):
            raise HandshakeError(f"only the client wire connects to a Unix socket, as {self.host} is one")
        host = authority(self.host, self.port, tls=self.tls)
        return f"{'wss' if self.tls else 'ws'}://{host}{self.path}"


class AgentOrder(msgspec.Struct, frozen=True):
    """One step of one agent.

    `rate` is that of all agents in msg/s, 0 for as fast as the server answers; `cell.workload.connections`
    are the agent's own. The schedule begins at `start_at_ns` of the wall clock, or with 0 once connected.
    With a `limit` a step ends as soon as that can't hold any more. Where there are `stages` these are the
    schedule, and `rate` is their mean.
    """

    cell: CellOrder
    rate: float
    duration_s: float
    ramp_s: float
    arrivals: Arrivals
    seed: int
    patience_ns: int
    limit: Limit | None = None
    burst: int = 0
    agent: int = 0
    agents: int = 1
    start_at_ns: int = 0
    core: int | None = None
    shares_core: bool = False
    stages: tuple[RateStage, ...] = ()


class DriverOrder(msgspec.Struct, frozen=True):
    """What a driver is started with: its client's module ("" for wire) and its core.

    `named` are distributions besides the client's own whose versions decide what it does.
    """

    module: str
    core: int | None = None
    named: tuple[str, ...] = ()


def payloads_of(order: CellOrder) -> tuple[bytes, ...]:
    """Return the payloads of a cell, which take turns."""
    return payloads(order.workload, order.seed, span=DEFLATE_WINDOW if order.deflate else 0)


def context_of(order: CellOrder) -> ssl.SSLContext | None:
    """Return what the connections of a cell are made with over TLS, None without."""
    if not order.tls:
        return None
    access = order.access
    return client_context(order.authority, insecure=access.insecure, identity=access.identity)


def options_of(order: CellOrder) -> dict[str, Any]:
    """Return what every session of a cell is made with, whatever its flavour."""
    access = order.access
    options: dict[str, Any] = {"reply": access.reply, "timeout": order.timeout, "moments": order.explain}
    asked = {
        "tls": context_of(order),
        "deflate": order.deflate,
        "headers": access.headers,
        "subprotocols": access.subprotocols,
    }
    return options | {name: value for name, value in asked.items() if value}


def service_of(order: CellOrder) -> dict[str, Any]:
    """Return what wire alone is told of a service of the user's."""
    access = order.access
    return {"first": access.first, "skip": access.skip, "via": access.connect_to}


def wire_session(order: CellOrder, counter: ConnectionCounter | None = None) -> WireSession:
    """Return the session of a cell that wire drives; the counter counts its connections as they open."""
    return WireSession(
        (order.host, order.port, order.path),
        order.workload,
        payloads_of(order),
        plain=order.plain,
        counter=counter,
        polls=order.polls,
        **service_of(order),
        **options_of(order),
    )


def innermost(problem: BaseException) -> BaseException:
    """Return the first error inside groups of errors."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


def explain(problem: BaseException) -> str:
    """Say in one line what went wrong, looking inside groups."""
    problem = innermost(problem)
    return str(problem).split("\n")[0] or type(problem).__name__
