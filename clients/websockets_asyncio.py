"""websockets, asyncio style: `websockets.asyncio.client.connect`, then `send` and `recv`.

Equal: deflate offered when asked for, at level 6 and memory level 8; no keep-alive pings. As shipped: deflate
is always offered, at memory level 5, and the server may limit the client's window; it pings every 20 s. In
both: TCP_NODELAY (from the event loop), a message limit of 17 MiB instead of 1 MiB, no proxies (by default it
looks in the environment), and no limit on unread frames. At 16 of them it would stop reading, and a client
that waits for its writes to drain would block for good against a server that does the same.

Quirks: a message of more than 4096 fragments ends the connection (`WEBSOCKETS_MAX_FRAGMENTS`). It would send
the caller's Host beside its own: the URL is changed instead. After a close it waits up to 10 s for the server
to end TCP.

Before 13.0, which brought `websockets.asyncio`, it is the client that is called legacy since. Before 15.0 it
knows no proxies, its limit on unread frames is very high instead, and 13.0 to 14.2 send their own User-Agent
besides the caller's.
"""

import asyncio
import inspect
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.typing import Subprotocol

try:
    from websockets.asyncio.client import ClientConnection
    from websockets.asyncio.client import connect as websocket_connect

    _HEADERS = "additional_headers"
except ModuleNotFoundError:  # before 13.0
    from websockets.legacy.client import (  # type: ignore[assignment]
        WebSocketClientProtocol as ClientConnection,
    )
    from websockets.legacy.client import connect as websocket_connect  # type: ignore[assignment]

    _HEADERS = "extra_headers"

LIBRARY = "websockets"
SPEEDUPS: tuple[str, ...] = ()

_PLAIN_OFFER = ClientPerMessageDeflateFactory(
    client_max_window_bits=None, compress_settings={"level": 6, "memLevel": 8}
)
_KNOWN = inspect.signature(websocket_connect).parameters
_FREE: dict[str, Any] = {"proxy": None, "max_queue": None} if "proxy" in _KNOWN else {"max_queue": 2**31 - 1}


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
    `tls` verifies the server of a wss:// URL. With `deflate`, ConnectionError where the server doesn't agree.
    """
    shown, route = _route(url, headers, tls)
    fields = [field for field in headers if field[0].lower() != "host"] or None
    socket = await websocket_connect(
        shown,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        extensions=[_PLAIN_OFFER] if equal and deflate else None,
        compression=None if equal else "deflate",
        open_timeout=timeout,
        ping_interval=None if equal else 20,
        max_size=17 * 2**20,
        **{_HEADERS: fields, **_FREE, **route},
    )
    connection = Connection(socket)
    if deflate and "permessage-deflate" not in connection.extensions:
        await connection.close(1010, "permessage-deflate")
        raise ConnectionError(f"the server at {url} did not agree on permessage-deflate")
    return connection


def _route(
    url: str, headers: Sequence[tuple[str, str]], tls: ssl.SSLContext | None
) -> tuple[str, dict[str, Any]]:
    """Return the URL that makes the library send the Host of `headers`, and where to connect instead."""
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    route: dict[str, Any] = {"ssl": tls or True} if secure else {}
    host = next((value for name, value in headers if name.lower() == "host"), "")
    if not host:
        return url, route
    route |= {"host": parts.hostname, "port": parts.port or (443 if secure else 80)}
    route |= {"server_hostname": parts.hostname} if secure else {}
    return parts._replace(netloc=host).geturl(), route


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = ("_receive", "_send", "_socket", "extensions", "subprotocol")

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._send = socket.send
        self._receive = socket.recv
        response = getattr(socket, "response", None)
        headers = response.headers if response else getattr(socket, "response_headers", {})
        self.extensions: str = headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = socket.subprotocol or ""

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        try:
            await self._send(payload)
        except ConnectionClosed as lost:
            raise _ended(lost, *await self.close()) from None

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        try:
            return await self._receive()
        except ConnectionClosed as lost:
            raise _ended(lost, *await self.close()) from None

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        try:
            async with asyncio.timeout(10.0):  # the library's own limit starts when all is sent
                await self._socket.close(code, reason)
        except TimeoutError:
            self._socket.transport.abort()
        # before 15.0 only its protocol tells; the legacy client is a protocol itself
        told = self._socket if hasattr(self._socket, "close_code") else self._socket.protocol
        return int(told.close_code or 1006), told.close_reason or ""


def _ended(lost: ConnectionClosed, code: int, reason: str) -> ConnectionError:
    """Return the error for a lost connection: ConnectionAbortedError where the library closed it by itself.

    A keepalive ping that gets no answer (1011) is the server's silence; 1000 and 1001 are a caller's close.
    """
    rcvd, sent = (getattr(lost, name, None) for name in ("rcvd", "sent"))
    if sent and sent.code not in {1000, 1001, 1011} and not (rcvd and lost.rcvd_then_sent):
        return ConnectionAbortedError(
            f"closed with code {int(sent.code)}{sent.reason and f' ({sent.reason})'}"
        )
    if code == 1006:
        return ConnectionError("the connection was lost without a close frame (code 1006)")
    return ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")
