"""Which kind of script and of connections a cell needs."""

from __future__ import annotations

from collections.abc import Sequence

from ...demand.workload import Workload
from ...targets.reply import Reply
from ...websocket.permessage_deflate import BITS, Agreement
from ...websocket.tls import Stream
from ..connection import WireConnection
from ..framed import DeflateConnection, FramedConnection, UnevenConnection
from ..script import DeflateScript, Script
from .connection import ServiceConnection
from .one_way import OneWayConnection, batch_of
from .script import ServiceScript, is_service


def script_of(  # noqa: PLR0913  # all that decides
    workload: Workload,
    payloads: Sequence[bytes],
    *,
    plain: bool,
    reply: Reply,
    deflate: bool,
    first: str,
    skip: int,
) -> Script:
    """Return the messages of a cell, and the replies to them."""
    kind: type[Script] = DeflateScript if deflate else Script
    if not plain and is_service(workload, reply, first, skip):
        kind = ServiceScript
    return kind(workload, payloads, plain=plain, reply=reply, bits=BITS if deflate else None)


def connection_of(  # noqa: PLR0913  # all that decides
    sock: Stream,
    script: Script,
    workload: Workload,
    agreement: Agreement | None,
    skip: int,
    timeout: float,
    *,
    fast: bool,
) -> WireConnection:
    """Return the kind of connection that the replies need; with an `agreement` they may be compressed.

    A `fast` one is for the closed loop, which reads by itself.
    """
    depth = workload.depth
    if fast:
        return WireConnection(sock, script, depth, spare=True)
    if script.plain:
        return (UnevenConnection if isinstance(script, DeflateScript) else WireConnection)(
            sock, script, depth
        )
    if workload.one_way:
        one_way = OneWayConnection(sock, script, depth, skip=skip, timeout=timeout, agreement=agreement)
        one_way.begin(batch_of(workload))
        return one_way
    if isinstance(script, ServiceScript):
        return ServiceConnection(sock, script, depth, skip=skip, timeout=timeout, agreement=agreement)
    if agreement:
        return DeflateConnection(sock, script, depth, agreement)
    known = script.expected(0) is not None
    return (WireConnection if known else FramedConnection)(sock, script, depth)
