"""websockets' asyncio server.

Equalised: permessage-deflate is off (as shipped it is accepted when offered) and keep-alive pings are off
(as shipped, every 20 s). asyncio sets TCP_NODELAY. The message limit (default 1 MiB) belongs to the
contract and is set in both classes. Where the equal class is to compress, it does so with windows of 15 bits,
level 6 and memory level 8 (as shipped: 12 bits, zlib's default level, 6, and memory level 5).

Before 13.0, which brought `websockets.asyncio`, it is the server that is called legacy since.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import version

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

try:
    from websockets.asyncio.server import ServerConnection
    from websockets.asyncio.server import serve as websockets_serve
    from websockets.http11 import Request, Response
except ModuleNotFoundError:  # before 13.0
    from .websockets_legacy import Request, Response, ServerConnection  # type: ignore[assignment]
    from .websockets_legacy import serve as websockets_serve  # type: ignore[assignment]

LIBRARY = "websockets"
MAJOR = int(version("websockets").partition(".")[0])
DEVIATIONS: dict[str, str] = {}
if MAJOR == 13:
    DEVIATIONS["bad-utf8"] = "closes with 1011 on invalid UTF-8, not with 1007"
if MAJOR < 11:
    DEVIATIONS["header-size"] = "refuses a handshake with a header over 4 KiB"


def index(connection: ServerConnection, request: Request) -> Response | None:
    """Answer `GET /` and unknown paths; None goes on with the handshake."""
    if request.path == "/":
        return connection.respond(200, "It Works!")
    if request.path not in {"/echo", "/socket"}:
        return connection.respond(404, "Not Found")
    return None


async def echo(connection: ServerConnection) -> None:
    """`/echo`: the same message, the same type."""
    async for message in connection:
        await connection.send(message)


async def reference(connection: ServerConnection) -> None:
    """`/socket`: the reference conversation."""
    print("Socket opened")
    async for message in connection:
        text = message.decode() if isinstance(message, bytes) else message
        await connection.send("Msg is " + text)
    print("Socket closed")


async def handle(connection: ServerConnection) -> None:
    """Choose by path; a client that vanished is no error."""
    handler = reference if connection.request and connection.request.path == "/socket" else echo
    with contextlib.suppress(ConnectionClosed):
        await handler(connection)


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
    extension = ServerPerMessageDeflateFactory(compress_settings={"level": 6, "memLevel": 8})
    async with websockets_serve(
        handle,
        sock=sock,
        ssl=tls,
        process_request=index,
        max_size=limit,
        extensions=[extension] if equal and deflate else None,
        compression=None if equal else "deflate",
        ping_interval=None if equal else 20,
    ):
        ready()
        await asyncio.Event().wait()
