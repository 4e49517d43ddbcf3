"""picows' client with the interface of websockets (`picows.websockets.asyncio.client.connect`).

Equal: deflate offered when asked for, at zlib's default level, 6, and memory level, 8, which can't be chosen;
no keep-alive pings. As shipped: deflate is always offered, and it pings every 20 s. In both: TCP_NODELAY, a
message limit of 17 MiB instead of 1 MiB, no proxies (by default it looks in the environment), and no limit on
unread messages. It connects through aiofastnet, as picows does: the transport is not the event loop's own.

Quirks: it would send its own User-Agent besides the caller's: told here to send none then. Its `close_code`
is that of its own close frame where the peer sent none: told here as 1006. It answers a close frame without a
code with code 0, which RFC 6455 (section 7.4) has not. Before 2.2 it sends its own Host besides the caller's.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

from picows.websockets.asyncio.client import ClientConnection
from picows.websockets.asyncio.client import connect as picows_connect
from picows.websockets.exceptions import ConnectionClosed

LIBRARY = "picows"
SPEEDUPS: tuple[str, ...] = ("aiofastnet",)


class _Fields(list[tuple[str, str]]):
    """Header fields; the library wants something with `items`, which a dict can't be for repeated names."""

    def items(self) -> list[tuple[str, str]]:
        return self


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

    Closing takes no longer than that either. `headers` are sent, and replace the library's own Host and
    User-Agent. `tls` verifies the server of a wss:// URL. With `deflate`, ConnectionError where the server
    doesn't agree.
    """
    given = {name.lower() for name, _ in headers}
    own: dict[str, Any] = {"user_agent_header": None} if "user-agent" in given else {}
    async with asyncio.timeout(timeout):
        socket = await picows_connect(
            url,
            subprotocols=list(subprotocols) or None,
            additional_headers=_Fields(headers),
            compression="deflate" if deflate or not equal else None,
            proxy=None,
            open_timeout=timeout,
            ping_interval=None if equal else 20,
            close_timeout=timeout,
            max_size=17 * 2**20,
            max_queue=None,
            ssl=tls,
            **own,
        )
    connection = Connection(socket)
    if deflate and "permessage-deflate" not in connection.extensions:
        await connection.close(1010, "permessage-deflate")
        raise ConnectionError(f"the server at {url} did not agree on permessage-deflate")
    return connection


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = ("_receive", "_send", "_socket", "extensions", "subprotocol")

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._send = socket.send
        self._receive = socket.recv
        self.extensions: str = socket.response.headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = socket.subprotocol or ""

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        try:
            await self._send(payload)
        except ConnectionClosed as lost:
            raise _ended(lost) from None

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        try:
            return await self._receive()
        except ConnectionClosed as lost:
            raise _ended(lost) from None

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        await self._socket.close(code, reason)
        try:
            while True:  # what came before the end is still to be had
                await self._receive()
        except ConnectionClosed as lost:
            return _said(lost)


def _said(lost: ConnectionClosed) -> tuple[int, str]:
    """Return the close code and reason of the peer; the connection would give our own in place of none."""
    if lost.rcvd is None:
        return 1006, ""
    return int(lost.rcvd.code) or 1005, lost.rcvd.reason or ""


def _ended(lost: ConnectionClosed) -> ConnectionError:
    """Return the error for a lost connection: ConnectionAbortedError where the library closed it by itself.

    A keepalive ping that gets no answer (1011) is the server's silence; 1000 and 1001 are a caller's close.
    """
    sent, (code, reason) = lost.sent, _said(lost)
    if sent and int(sent.code) not in {1000, 1001, 1011} and not (lost.rcvd and lost.rcvd_then_sent):
        return ConnectionAbortedError(
            f"closed with code {int(sent.code)}{sent.reason and f' ({sent.reason})'}"
        )
    if code == 1006:
        return ConnectionError("the connection was lost without a close frame (code 1006)")
    return ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")
