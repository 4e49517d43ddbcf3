"""Autobahn's WebSocketServerProtocol on asyncio.

Equal and as shipped are the same: it compresses only where told to, sends no pings, keeps no access log,
takes any origin and sets TCP_NODELAY. The message limit (by default none) belongs to the contract, and so do
failing with a close frame and echoing the close code: by default it drops the connection, and answers any
close with 1000. Plain GETs get our answers instead of its status page.

Where it is to compress, it does so with windows of 15 bits, memory level 8 and zlib's default level, 6, which
can't be chosen. It goes on reading from a peer that does not read.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol

from . import autobahn_echo

LIBRARY = "autobahn"
DEVIATIONS = {
    "deflate-invalid": "answers an offer of deflate with invalid parameters with HTTP 400",
}
SPEEDUPS: tuple[str, ...] = ("_nvx_utf8validator", "_nvx_xormasker")
HANDLER = "Echo.onMessage"  # called with every message on `/echo`


class Echo(autobahn_echo.Echo, WebSocketServerProtocol):  # type: ignore[misc]  # its own two bases disagree
    """Both paths, on asyncio."""


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    del equal  # both classes are the same
    loop = asyncio.get_running_loop()
    factory = WebSocketServerFactory(loop=loop)
    factory.protocol = Echo
    factory.setProtocolOptions(**autobahn_echo.options(limit=limit, deflate=deflate))
    await loop.create_server(factory, sock=sock, ssl=tls)
    ready()
    await asyncio.Event().wait()
