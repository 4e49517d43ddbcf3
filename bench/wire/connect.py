"""Opens many connections, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from time import perf_counter_ns

from ..websocket.http_messages import HandshakeError
from ..websocket.target import Opened, Target, connected, worded
from ..websocket.tls import Stream, TlsSocket
from .connection_counter import ConnectionCounter
from .opening import Opening

AT_ONCE = 64
"""Connections under way at a time: enough to keep a server busy, too few for its queue to overflow."""


def connect_all(  # noqa: PLR0913  # all that opening may be told
    target: Target,
    count: int,
    *,
    at_once: int = AT_ONCE,
    receive_buffer: int = 0,
    counter: ConnectionCounter | None = None,
    sources: Sequence[str] | None = None,
    times: list[int] | None = None,
) -> Iterator[Opened]:
    """Open `count` connections and yield each when it is upgraded, in whatever order that happens.

    What was yielded is the caller's to close, also where a later one fails. `receive_buffer` is SO_RCVBUF in
    bytes, 0 for the system's. `sources` are addresses to connect from, each when the ports of the last one
    are used up; "" leaves it to the system. `times` is given how many ns each one took, from before it
    connects until it is upgraded, with whatever the others under way held it up. Raises what `open_socket`
    and `upgrade` raise, and from the second connection on `HandshakeError`, which says how many were open.
    """
    if target.tls is not None or (count == 1 and not receive_buffer):
        opening = _one_by_one(target, count, times)
    else:
        opening = Opening(
            target,
            count,
            at_once=at_once,
            receive_buffer=receive_buffer,
            counter=counter,
            sources=sources,
            times=times,
        ).run()
    with counter.connecting() if counter else nullcontext():
        for one in opening:
            if counter:
                counter.opened()
            yield one


def _one_by_one(target: Target, count: int, times: list[int] | None) -> Iterator[Opened]:
    for number in range(count):
        begun = perf_counter_ns()
        try:
            one = connected(target)
        except OSError as problem:
            raise worded(problem, number, count) from None
        if times is not None:
            times.append(perf_counter_ns() - begun)
        yield one


def tls_of(sock: Stream) -> str:
    """Return version and cipher suite of TLS, "" without. Raises `HandshakeError` for a resumed session."""
    if not isinstance(sock, TlsSocket):
        return ""
    if sock.resumed:
        raise HandshakeError("the TLS session of an earlier connection was resumed, not a new one made")
    return sock.description
