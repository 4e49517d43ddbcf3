"""wire, the instrument: prebuilt masked frames on sockets, with or without TLS and deflate.

Small messages with one in flight use `run_alone`: it polls, or where wire is to sleep blocks in `recv_into`,
as a C client would. Many small ones whose replies are known bytes use `ClosedLoop`, on epoll (or poll) with
non-blocking sockets; all others use `run_all`.
"""

from __future__ import annotations

import select
import ssl
from collections.abc import Sequence
from time import perf_counter_ns

import msgspec

from ..demand.workload import Workload
from ..measuring.recorder import ECHO, recorder_of
from ..measuring.waiting import GAP_NS, Blocking, Polling, Sleeping, Waiting
from ..records.common import Handshake
from ..records.slices import Slice
from ..targets.reply import Reply
from ..websocket.closing import say_goodbye_to_all
from ..websocket.failures import kind_of
from ..websocket.http_messages import HandshakeError, Headers, Response
from ..websocket.permessage_deflate import OFFER, read_answer
from ..websocket.target import Target
from ..websocket.tls import Stream
from .closed_loop import ClosedLoop
from .connect import connect_all, tls_of
from .connection import WireConnection
from .connection_counter import ConnectionCounter
from .script import first_message
from .services.choosing import connection_of, script_of
from .services.connection import Besides, besides_on, why_lost
from .services.one_way import farewell, run_one_way
from .services.script import ServiceScript
from .stamped_loop import run_all, run_alone

SMALL_BYTES = 65_536
"""So many bytes in flight on a connection fit into any socket buffer: a blocking send can't deadlock."""

MOST_AT_ONCE = 1_023
"""Connections that one poll tells of at most, as `epoll` has it by itself."""


class WireSession:
    """The connections of one cell.

    With `deflate` it is offered: the server must agree, on whatever parameters it may choose. `plain` is TCP
    without a handshake, where the bytes of the messages are the replies. With `moments` slices have those of
    their replies; the `counter` counts connections as they open. With `polls` wire never sleeps.
    """

    def __init__(  # noqa: PLR0913  # all that one cell may differ in
        self,
        address: tuple[str, int, str],
        workload: Workload,
        payloads: Sequence[bytes],
        *,
        plain: bool,
        timeout: float,
        tls: ssl.SSLContext | None = None,
        deflate: bool = False,
        headers: Headers = (),
        subprotocols: Sequence[str] = (),
        reply: Reply = ECHO,
        moments: bool = False,
        counter: ConnectionCounter | None = None,
        polls: bool = False,
        first: str = "",
        skip: int = 0,
        via: tuple[str, int] | None = None,
    ) -> None:
        self.workload, self.timeout = workload, timeout
        self.first, self.skip = first_message(workload, first), skip
        self.script = script_of(
            workload, payloads, plain=plain, reply=reply, deflate=deflate, first=first, skip=skip
        )
        self.tls, self.deflate = tls, deflate
        self.target = Target(
            *address,
            timeout,
            tls=tls,
            plain=plain,
            subprotocols=subprotocols,
            extensions=OFFER if deflate else "",
            headers=headers,
            via=via,
        )
        self.connections: list[WireConnection] = []
        self.lost: list[WireConnection] = []
        self.problem: OSError = ConnectionError("it was not opened")  # why some are missing
        self.handshake = Handshake()
        self.times: list[int] = []  # how many ns each connection took to open
        small = workload.depth * max(self.script.message_size, self.script.reply_size) <= SMALL_BYTES
        self.alone = small and workload.goal == "latency"
        self.blocking = self.alone and not polls
        odd = deflate or workload.one_way or isinstance(self.script, ServiceScript)
        self.known = not odd and self.script.expected(0) is not None  # byte for byte
        self.fast = small and self.known and tls is None and not self.alone
        self.loop: ClosedLoop | None = None
        self.moments, self.counter, self.polls = moments, counter, polls
        self.poller = getattr(select, "epoll", select.poll)()  # both have register, modify and poll
        self.waiting = self._waiting()

    def _waiting(self) -> Waiting:
        if self.polls:
            gap = GAP_NS if self.workload.window > 1 else 0
            return Polling(self.poller, self.timeout, gap, min(self.workload.connections, MOST_AT_ONCE))
        return Blocking() if self.blocking else Sleeping(self.poller, self.timeout)

    def open(self) -> Handshake:
        """Connect all; return what was negotiated. Raises `HandshakeError` where it was not asked for."""
        count = self.workload.connections
        for sock, response in connect_all(self.target, count, counter=self.counter, times=self.times):
            self.connections.append(self.greet(sock, response))
        return self.handshake

    def greet(self, sock: Stream, response: Response) -> WireConnection:
        """Make a new connection ready for messages; its socket is closed where that fails.

        Raises `HandshakeError` for what was not asked for or ends at once, and as `WireConnection.feed`.
        """
        try:
            connection = self._greeted(sock, response)
        except BaseException:
            sock.close()
            raise
        connection.bound_ns = round(self.timeout * 1e9)
        sock.setblocking(self.blocking)
        self.poller.register(sock.fileno(), select.POLLIN)
        return connection

    def _greeted(self, sock: Stream, response: Response) -> WireConnection:
        tls = tls_of(sock)
        extensions = response.headers.get("sec-websocket-extensions", "")
        agreed = read_answer(extensions) if self.deflate and not self.script.plain else None
        if agreed:
            self.script = self.script.narrowed(agreed.client_bits)
        more = self.skip, self.timeout
        connection = connection_of(sock, self.script, self.workload, agreed, *more, fast=self.fast)
        try:
            connection.keep(response.rest)
        except ConnectionError as problem:  # it closed right after the handshake
            raise HandshakeError(str(problem), kind_of(problem)) from None
        if self.first:
            sock.sendall(self.first)
        subprotocol = response.headers.get("sec-websocket-protocol", "")
        self.handshake = Handshake(extensions, subprotocol, tls=tls)
        return connection

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        spun, before = self.waiting.spun_ns, self.besides
        try:
            found = self._run(lead, count)
        except OSError as problem:
            what = "pong" if self.workload.one_way else "reply"
            raise why_lost(problem, self.connections, self.timeout, what) from None
        thought = found.thought + self.waiting.spun_ns - spun
        more = self.besides.since(before)
        return msgspec.structs.replace(found, thought=thought, pushed=more.pushed, twice=more.twice)

    @property
    def besides(self) -> Besides:
        """What came so far and was no reply."""
        return besides_on((*self.lost, *self.connections))

    def _run(self, lead: int, count: int) -> Slice:
        """Exchange a slice in the loop that fits. Raises `BlockingIOError` where no reply comes in time."""
        if self.fast:
            return self._closed_loop().run(lead, count, keep=self.moments)
        if self.workload.one_way:
            asked = self.workload, lead, count
            return run_one_way(self.connections, *asked, self.poller, self.waiting)
        recorder = recorder_of(lead, count, perf_counter_ns(), keep=self.moments)
        if self.blocking or (self.alone and self.tls is None):
            return run_alone(self.connections[0], self.workload, recorder, self.waiting)
        return run_all(self.connections, self.workload, recorder, self.poller, self.waiting)

    def _closed_loop(self) -> ClosedLoop:
        """Return the loop, made with the first slice."""
        if self.loop is None:
            depth = self.workload.depth
            self.loop = ClosedLoop(self.connections, self.script, depth, self.poller, self.waiting)
        return self.loop

    def farewell(self) -> None:
        """Complete the closing handshake of one-way connections. Raises where it is not answered."""
        farewell(self.connections)

    def close(self) -> None:
        """Close every connection with a closing handshake (RFC 6455 section 7.1.2)."""
        if not self.script.plain:
            say_goodbye_to_all([connection.sock for connection in self.connections])
        for connection in self.connections:
            connection.sock.close()
