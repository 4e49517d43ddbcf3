"""Tornado, asyncio style: `websocket_connect`, then `write_message` and `read_message`.

Equal: TCP_NODELAY on. As shipped: Nagle's algorithm is back on once the request has been written. In both:
deflate when asked to, no pings, no proxies (its defaults), a message limit of 17 MiB instead of 10 MiB.

Deflate: it compresses at level 6, memory level 8, whatever its client is told; its offer lets the server
limit the client's window. It does not see parameters without a value (`httputil._parse_header` drops them),
so it keeps its context against `client_no_context_takeover`: such a server is refused here.

Quirks: the future of `write_message` is optional flow control and isn't awaited; only its error is looked at,
or asyncio would log it. It reads one message ahead and no more; a client that waits for its writes to drain
would block for good against a server that does the same. An empty close frame and a peer that vanished look
alike: told here as 1005 after our close, as 1006 before it. It gives up on an answer to a close after 5 s. It
logs a warning besides the error when TLS fails.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping, Sequence

from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

LIBRARY = "tornado"
SPEEDUPS: tuple[str, ...] = ()


async def connect(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    equal: bool = True,
    timeout: float = 10.0,  # noqa: ASYNC109
    tls: ssl.SSLContext | None = None,
    deflate: bool = False,
) -> "Connection":
    """Open a connection within `timeout` seconds; TimeoutError, or OSError where nobody listens.

    `headers` are sent, and replace the library's own Host and User-Agent.
    `tls` verifies the server of a wss:// URL. With `deflate`, ConnectionError where the server doesn't agree,
    and ConnectionAbortedError where it agrees on what the library can't do.
    """
    fields = HTTPHeaders()
    for name, value in headers:
        fields.add(name, value)
    async with asyncio.timeout(timeout):
        socket = await websocket_connect(
            HTTPRequest(
                url, headers=fields, connect_timeout=timeout, request_timeout=timeout, ssl_options=tls
            ),
            compression_options={} if deflate else None,
            max_message_size=17 * 2**20,
            subprotocols=list(subprotocols) or None,
        )
    if equal and socket.protocol:
        socket.protocol.set_nodelay(True)
    connection = Connection(socket)
    if "client_no_context_takeover" in connection.extensions:
        await connection.close(1010, "client_no_context_takeover")
        raise ConnectionAbortedError(
            "ignores client_no_context_takeover, which the server asks for: the second message would break it"
        )
    if deflate and "permessage-deflate" not in connection.extensions:
        await connection.close(1010, "permessage-deflate")
        raise ConnectionError(f"the server at {url} did not agree on permessage-deflate")
    return connection


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = ("_read", "_socket", "_write", "extensions", "subprotocol")

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self._write = socket.write_message
        self._read = socket.read_message
        headers: Mapping[str, str] = socket.headers or {}
        self.extensions: str = headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = socket.selected_subprotocol or ""

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        try:
            self._write(payload, isinstance(payload, bytes)).add_done_callback(_look_at)
        except WebSocketClosedError:
            raise self._lost() from None

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        message = await self._read()
        if message is None:
            self._socket.read_queue.put(None)  # so that the next call doesn't wait for ever
            raise self._lost()
        return message

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        protocol = self._socket.protocol
        unsaid = 1006 if protocol is None or protocol.is_closing() else 1005
        self._socket.close(code, reason)
        with contextlib.suppress(ConnectionError):
            while True:
                await self.receive()
        return self._socket.close_code or unsaid, self._socket.close_reason or ""

    def _lost(self) -> ConnectionError:
        return _ended(self._socket.close_code or 1006, self._socket.close_reason or "")


def _ended(code: int, reason: str) -> ConnectionError:
    """Return the error for a connection that the server ended with a close frame, or without (1006)."""
    if code == 1006:
        return ConnectionError("the connection was lost without a close frame (code 1006)")
    return ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")


def _look_at(written: asyncio.Future[None]) -> None:
    if not written.cancelled():
        written.exception()
