"""websockets, asyncio style: `websockets.asyncio.client.connect`, then `send` and `recv`.

Equal: no deflate offered, no keep-alive pings. As shipped: it offers permessage-deflate and pings every 20 s.
In both: TCP_NODELAY (from the event loop), a message limit of 17 MiB instead of 1 MiB, no proxies (by default
it looks in the environment), and no limit on unread frames. At 16 of them it would stop reading, and a client
that waits for its writes to drain would block for good against a server that does the same.

Quirk: a message of more than 4096 fragments ends the connection (`WEBSOCKETS_MAX_FRAGMENTS`).
"""

import asyncio
from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket_connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

LIBRARY = "websockets"
SPEEDUPS: tuple[str, ...] = ()


async def connect(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    equal: bool = True,
    timeout: float = 10.0,  # noqa: ASYNC109
) -> "Connection":
    """Open a connection within `timeout` seconds; TimeoutError, or OSError where nobody listens."""
    socket = await websocket_connect(
        url,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        compression=None if equal else "deflate",
        proxy=None,
        open_timeout=timeout,
        ping_interval=None if equal else 20,
        max_size=17 * 2**20,
        max_queue=None,
    )
    return Connection(socket)


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = ("_receive", "_send", "_socket", "extensions", "subprotocol")

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._send = socket.send
        self._receive = socket.recv
        headers = socket.response.headers if socket.response else {}
        self.extensions: str = headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = socket.subprotocol or ""

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        try:
            await self._send(payload)
        except ConnectionClosed as lost:
            raise ConnectionError(f"connection lost: {lost}") from None

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        try:
            return await self._receive()
        except ConnectionClosed:
            code, reason = await self.close()
            raise ConnectionError(f"connection lost: close code {code}, reason {reason!r}") from None

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        try:
            async with asyncio.timeout(10.0):  # the library's own limit starts when all is sent
                await self._socket.close(code, reason)
        except TimeoutError:
            self._socket.transport.abort()
        return int(self._socket.close_code or 1006), self._socket.close_reason or ""
