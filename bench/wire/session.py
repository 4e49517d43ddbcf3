"""wire, the instrument: prebuilt masked frames on sockets, with or without TLS and deflate.

One message in flight blocks in `recv_into`, as a C client would; many run in the closed loop on epoll (or
poll) with non-blocking sockets, and pipe by pipe where replies are large or not known byte for byte.
"""

from __future__ import annotations

import contextlib
import select
import ssl
from collections.abc import Sequence
from time import perf_counter_ns

from ..measuring.recorder import ECHO, Tally, tally_of
from ..measuring.think import think_until
from ..plan.workload import Workload
from ..records.common import Handshake
from ..records.slices import Slice
from ..targets.reply import Reply
from ..websocket.closing import say_goodbye_to_all
from ..websocket.handshake import HandshakeError, Headers, Response
from ..websocket.permessage_deflate import NAME, read_answer
from ..websocket.target import Target
from ..websocket.tls import Stream, TlsSocket
from .closed_loop import ClosedLoop
from .connect import connect_all
from .connection import Pipe
from .connection_counter import ConnectionCounter
from .framed import DeflatePipe, FramedPipe, UnevenPipe
from .script import DeflateScript, Script

SMALL_BYTES = 65_536
"""In flight on a connection, it fits into any socket buffer up to here: a blocking send can't deadlock."""


def drain(pipe: Pipe, tally: Tally) -> int:
    """Receive all that has come on a connection under TLS; return how many replies that made whole.

    A poll says nothing of bytes that wait inside TLS, and ends for bytes that are no message's (a ticket).
    """
    whole, sock = 0, pipe.sock
    assert isinstance(sock, TlsSocket)
    with contextlib.suppress(BlockingIOError):
        whole += pipe.receive(tally)
        while sock.waiting:
            whole += pipe.receive(tally)
    return whole


def spoken(sock: Stream) -> str:
    """Return version and cipher suite of TLS, "" without. Raises `HandshakeError` for a resumed session."""
    if not isinstance(sock, TlsSocket):
        return ""
    if sock.resumed:
        raise HandshakeError("the TLS session of an earlier connection was resumed, not a new one made")
    return sock.description


class WireSession:
    """The connections of one cell.

    With `deflate` plain permessage-deflate is offered: the server must agree, on whatever parameters it may
    choose. `plain` is plain TCP: no handshake, the bytes of the messages are the replies. With `moments`
    slices have the moments of their replies; the `counter` counts connections as they open.
    """

    def __init__(
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
    ) -> None:
        self.host, self.port, self.path = address
        self.workload = workload
        self.script = (DeflateScript if deflate else Script)(workload, payloads, plain=plain, reply=reply)
        self.timeout = timeout
        self.tls = tls
        self.deflate = deflate
        self.headers = headers
        self.subprotocols = subprotocols
        self.pipes: list[Pipe] = []
        small = workload.depth * max(self.script.message_size, self.script.reply_size) <= SMALL_BYTES
        self.blocking = small and workload.window == 1
        known = not deflate and self.script.expected(0) is not None
        self.fast = small and known and tls is None and not self.blocking
        self.loop: ClosedLoop | None = None
        self.moments = moments
        self.counter = counter
        self.poller = getattr(select, "epoll", select.poll)()  # both have register, modify and poll

    def open(self) -> Handshake:
        """Connect all; return what was negotiated.

        Raises `HandshakeError` where that is not what was asked for.
        """
        target = Target(
            self.host,
            self.port,
            self.path,
            self.timeout,
            tls=self.tls,
            plain=self.script.plain,
            subprotocols=self.subprotocols,
            extensions=NAME if self.deflate else "",
            headers=self.headers,
        )
        found = Handshake()
        for sock, response in connect_all(target, self.workload.connections, counter=self.counter):
            try:
                found = self._greet(sock, response)
            except BaseException:
                sock.close()
                raise
            sock.setblocking(self.blocking)
            self.poller.register(sock.fileno(), select.POLLIN)
        return found

    def _greet(self, sock: Stream, response: Response) -> Handshake:
        """Make a pipe of a new connection; return what was negotiated on it."""
        secure = spoken(sock)
        extensions = response.headers.get("sec-websocket-extensions", "")
        pipe = self._pipe(sock, extensions)
        pipe.keep(response.rest)
        self.pipes.append(pipe)
        subprotocol = response.headers.get("sec-websocket-protocol", "")
        return Handshake(extensions, subprotocol, tls=secure)

    def _pipe(self, sock: Stream, extensions: str) -> Pipe:
        """Return the kind of pipe that these replies need."""
        depth = self.workload.depth
        if self.fast:
            return Pipe(sock, self.script, depth, spare=True)
        if self.script.plain:
            return (UnevenPipe if self.deflate else Pipe)(sock, self.script, depth)
        if self.deflate:
            return DeflatePipe(sock, self.script, depth, read_answer(extensions))
        return (Pipe if self.script.expected(0) is not None else FramedPipe)(sock, self.script, depth)

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        try:
            if self.fast:
                return self._closed_loop().run(lead, count, keep=self.moments)
            tally = tally_of(lead, count, perf_counter_ns(), keep=self.moments)
            return (self._run_blocking if self.blocking else self._run_polling)(tally)
        except BlockingIOError:
            raise TimeoutError(f"no reply within {self.timeout:g} s") from None

    def _closed_loop(self) -> ClosedLoop:
        """Return the loop, made with the first slice."""
        if self.loop is None:
            depth = self.workload.depth
            self.loop = ClosedLoop(self.pipes, self.script, depth, self.poller, self.patience)
        return self.loop

    @property
    def patience(self) -> float:
        """The timeout in the unit of the poller."""
        return self.timeout if hasattr(select, "epoll") else self.timeout * 1000

    def _run_blocking(self, tally: Tally) -> Slice:
        pipe, think = self.pipes[0], self.workload.think_ns
        pipe.send(self.workload.depth)
        while pipe.stamps:
            whole = pipe.receive(tally)
            if whole and not tally.done:
                if think:
                    tally.thought += think_until(tally.last + think)
                pipe.send(whole)
        return tally.result()

    def _run_polling(self, tally: Tally) -> Slice:
        pipes = {pipe.sock.fileno(): pipe for pipe in self.pipes}
        for pipe in self.pipes:
            pipe.send(self.workload.depth)
            self._watch(pipe)
        in_flight, think = self.workload.window, self.workload.think_ns
        receive = drain if self.tls else type(self.pipes[0]).receive
        answered = dict.fromkeys(pipes, 0)
        while in_flight:
            ready = self.poller.poll(self.patience)
            if not ready:
                raise BlockingIOError
            for fd, events in ready:
                pipe = pipes[fd]
                if events & select.POLLOUT:
                    pipe.flush()
                else:
                    before = len(tally.latencies)
                    whole = receive(pipe, tally)
                    answered[fd] += len(tally.latencies) - before
                    in_flight -= whole
                    if whole and not tally.done:
                        if think:
                            tally.thought += think_until(tally.last + think)
                        pipe.send(whole)
                        in_flight += whole
                if pipe.unsent or events & select.POLLOUT:
                    self._watch(pipe)
        return tally.result([*answered.values()] if len(pipes) > 1 else ())

    def _watch(self, pipe: Pipe) -> None:
        self.poller.modify(pipe.sock.fileno(), select.POLLIN | (select.POLLOUT if pipe.unsent else 0))

    def close(self) -> None:
        """Close every connection with a closing handshake (RFC 6455 section 7.1.2)."""
        if not self.script.plain:
            say_goodbye_to_all([pipe.sock for pipe in self.pipes])
        for pipe in self.pipes:
            pipe.sock.close()
