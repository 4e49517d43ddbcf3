"""wire, the instrument: prebuilt masked frames on sockets, with or without TLS and deflate.

One connection with a small window blocks in `recv_into`, as a C client would; anything else runs on epoll
(or poll) with non-blocking sockets.
"""

from __future__ import annotations

import contextlib
import select
import ssl
from collections.abc import Sequence
from time import perf_counter_ns

from ..values.reply import Reply
from ..values.slices import Slice
from ..values.workload import Workload
from .deflate import NAME, read_answer
from .framed import DeflatePipe, FramedPipe, UnevenPipe
from .handshake import HandshakeError, Headers, authority, open_socket, upgrade
from .peer import say_goodbye
from .pipe import Pipe
from .script import DeflateScript, Script
from .secure import Stream, TlsSocket
from .tally import ECHO, Tally
from .think import think_until

BLOCKING_BYTES = 65_536
"""Windows up to this many bytes fit into any socket buffer, so that a blocking send can't deadlock."""


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
    choose. `plain` is plain TCP: no handshake, the bytes of the messages are the replies.
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
        self.blocking = workload.connections == 1 and self.script.window_bytes <= BLOCKING_BYTES
        self.poller = getattr(select, "epoll", select.poll)()  # both have register, modify and poll

    def open(self) -> dict[str, object]:
        """Connect all; return what was negotiated.

        Raises `HandshakeError` where that is not what was asked for.
        """
        found: dict[str, object] = {}
        for _ in range(self.workload.connections):
            sock = open_socket(self.host, self.port, self.timeout, tls=self.tls)
            try:
                found = self._greet(sock)
            except BaseException:
                sock.close()
                raise
            sock.setblocking(self.blocking)
            self.poller.register(sock.fileno(), select.POLLIN)
        return found

    def _greet(self, sock: Stream) -> dict[str, object]:
        """Make a pipe of a new connection; return what was negotiated on it."""
        secure = spoken(sock)
        if self.script.plain:
            self.pipes.append(self._pipe(sock, ""))
            return {"extensions": "", "subprotocol": "", "tls": secure}
        response = upgrade(
            sock,
            self.path,
            authority(self.host, self.port),
            subprotocols=self.subprotocols,
            extensions=NAME if self.deflate else "",
            headers=self.headers,
        )
        extensions = response.headers.get("sec-websocket-extensions", "")
        pipe = self._pipe(sock, extensions)
        pipe.keep(response.rest)
        self.pipes.append(pipe)
        subprotocol = response.headers.get("sec-websocket-protocol", "")
        return {"extensions": extensions, "subprotocol": subprotocol, "tls": secure}

    def _pipe(self, sock: Stream, extensions: str) -> Pipe:
        """Return the kind of pipe that these replies need."""
        depth = self.workload.depth
        if self.script.plain:
            return (UnevenPipe if self.deflate else Pipe)(sock, self.script, depth)
        if self.deflate:
            return DeflatePipe(sock, self.script, depth, read_answer(extensions))
        return (Pipe if self.script.expected(0) is not None else FramedPipe)(sock, self.script, depth)

    def run(self, lead: int, count: int) -> Slice:
        """Exchange `lead` untimed and at least `count` timed messages, then drain."""
        tally = Tally(lead, count, perf_counter_ns())
        try:
            self._run_blocking(tally) if self.blocking else self._run_polling(tally)
        except BlockingIOError:
            raise TimeoutError(f"no reply within {self.timeout:g} s") from None
        return tally.result()

    def _run_blocking(self, tally: Tally) -> None:
        pipe, think = self.pipes[0], self.workload.think_ns
        pipe.send(self.workload.depth)
        while pipe.stamps:
            whole = pipe.receive(tally)
            if whole and not tally.done:
                if think:
                    tally.thought += think_until(tally.last + think)
                pipe.send(whole)

    def _run_polling(self, tally: Tally) -> None:
        pipes = {pipe.sock.fileno(): pipe for pipe in self.pipes}
        for pipe in self.pipes:
            pipe.send(self.workload.depth)
            self._watch(pipe)
        patience = self.timeout if hasattr(select, "epoll") else self.timeout * 1000
        in_flight, think = self.workload.window, self.workload.think_ns
        receive = drain if self.tls else type(self.pipes[0]).receive
        while in_flight:
            ready = self.poller.poll(patience)
            if not ready:
                raise BlockingIOError
            for fd, events in ready:
                pipe = pipes[fd]
                if events & select.POLLOUT:
                    pipe.flush()
                else:
                    whole = receive(pipe, tally)
                    in_flight -= whole
                    if whole and not tally.done:
                        if think:
                            tally.thought += think_until(tally.last + think)
                        pipe.send(whole)
                        in_flight += whole
                if pipe.unsent or events & select.POLLOUT:
                    self._watch(pipe)

    def _watch(self, pipe: Pipe) -> None:
        self.poller.modify(pipe.sock.fileno(), select.POLLIN | (select.POLLOUT if pipe.unsent else 0))

    def close(self) -> None:
        """Close every connection with a closing handshake (RFC 6455 section 7.1.2)."""
        for pipe in self.pipes:
            with pipe.sock as sock:
                if not self.script.plain:
                    say_goodbye(sock)
