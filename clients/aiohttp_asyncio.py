"""aiohttp, asyncio style: `ClientSession.ws_connect`, then `send_str` or `send_bytes`, and `receive`.

Equal and as shipped are the same: it offers deflate when asked to, sends no pings, sets TCP_NODELAY, uses no
proxies. In both: a message limit of 17 MiB instead of 4 MiB, and sends that don't wait. It stops reading at
512 KiB of unread messages and has no option for that; a client that waits for its writes to drain would block
for good against a server that does the same.

Deflate: it compresses at level 1, memory level 8, and has no option for that; its offer lets the server limit
the client's window. Messages over 16 KiB are compressed in a thread pool.

Quirks: its `close` throws the peer's reason away, so the close frames are sent and awaited here (`autoclose`
off). It reports a connection that ended without a close frame as 1000: told here as 1006. It would leave TLS
open until the peer ends it: aborted here once the closing handshake is done.
"""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Sequence
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WebSocketError, WSMsgType
from yarl import URL

LIBRARY = "aiohttp"
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
    `tls` verifies the server of a wss:// URL. With `deflate`, ConnectionError where the server doesn't agree.
    """
    del equal
    secure: dict[str, Any] = {"ssl": tls} if tls else {}  # what stands for none has changed
    session = ClientSession()
    try:
        async with asyncio.timeout(timeout):
            socket = await session.ws_connect(
                URL(url, encoded=True),  # as it was typed: it would make another one of %2F
                protocols=subprotocols,
                headers=headers,
                compress=15 if deflate else 0,
                autoclose=False,
                max_msg_size=17 * 2**20,
                **secure,
            )
    except BaseException:
        await session.close()
        raise
    connection = Connection(session, socket)
    if deflate and "permessage-deflate" not in connection.extensions:
        await connection.close(1010, "permessage-deflate")
        raise ConnectionError(f"the server at {url} did not agree on permessage-deflate")
    return connection


class Connection:
    """An open connection; `extensions` and `subprotocol` are what the server agreed to, "" for none."""

    __slots__ = (
        "_ended",
        "_fault",
        "_receive",
        "_response",
        "_secure",
        "_send_frame",
        "_session",
        "_socket",
        "_transport",
        "extensions",
        "subprotocol",
    )

    def __init__(self, session: ClientSession, socket: ClientWebSocketResponse) -> None:
        self._session = session
        self._socket = socket
        self._receive = socket.receive
        writer: Any = socket._writer  # noqa: SLF001 (before 3.11 there is no public way)
        self._send_frame = getattr(socket, "send_frame", None) or writer._send_frame  # noqa: SLF001
        self._ended: tuple[int, str] | None = None
        self._fault = ""  # what the library itself closed the connection for
        self._response = response = socket._response  # noqa: SLF001 (no public way to its transport)
        self.extensions: str = response.headers.get("Sec-WebSocket-Extensions", "")
        self.subprotocol: str = socket.protocol or ""
        self._transport = response.connection and response.connection.transport
        self._secure = bool(self._transport and self._transport.get_extra_info("sslcontext"))
        if self._transport:
            self._transport.set_write_buffer_limits(high=2**31 - 1)

    async def send(self, payload: str | bytes) -> None:
        """Send a text message (str) or a binary one (bytes); ConnectionError when the connection is lost."""
        if isinstance(payload, str):
            await self._socket.send_str(payload)
        else:
            await self._socket.send_bytes(payload)

    async def receive(self) -> str | bytes:
        """Return the next whole message; ConnectionError when the connection is lost."""
        message = await self._receive()
        kind, data, extra = message
        if kind is WSMsgType.TEXT or kind is WSMsgType.BINARY:
            return data  # type: ignore[no-any-return]
        if self._ended is None:
            self._ended = (data or 1005, extra or "") if kind is WSMsgType.CLOSE else (1006, "")
        if isinstance(data, WebSocketError):
            self._fault = f"closed with code {data.code} ({data})"
        if self._fault:
            raise ConnectionAbortedError(self._fault)
        code, reason = self._ended
        if code == 1006:
            raise ConnectionError("the connection was lost without a close frame (code 1006)")
        raise ConnectionError(f"the server closed with code {code}{reason and f' ({reason})'}")

    async def close(self, code: int = 1000, reason: str = "") -> tuple[int, str]:
        """Complete the closing handshake (RFC 6455 section 7); return the peer's close code and reason."""
        with contextlib.suppress(OSError):
            async with asyncio.timeout(10.0):  # what the library allows for it
                if not self._socket.closed:
                    frame = struct.pack(">H", code) + reason.encode()
                    await self._send_frame(frame, WSMsgType.CLOSE)
                while self._ended is None:
                    await self.receive()
        if self._transport and (self._ended is None or self._secure):
            self._transport.abort()  # or the session waits until the peer reads it all, and TLS for its end
        self._response.close()
        await self._session.close()
        return self._ended or (1006, "")
