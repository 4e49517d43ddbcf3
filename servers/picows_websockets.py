"""picows' server with the interface of websockets (`picows.websockets.asyncio.server.serve`).

Equalised: permessage-deflate is off (as shipped it is accepted when offered) and keep-alive pings are off (as
shipped, every 20 s). TCP_NODELAY is set. The message limit (default 1 MiB) belongs to the contract and is set
in both classes. It listens through aiofastnet, as picows does, on any loop.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

from picows.websockets.asyncio.server import ServerConnection, ServerHandshakeConnection
from picows.websockets.asyncio.server import serve as picows_serve
from picows.websockets.compat import Request, Response
from picows.websockets.exceptions import ConnectionClosed

LIBRARY = "picows"
DEVIATIONS = {
    "close-empty": "answers a close without a code with code 0",
    "close-invalid": "answers an invalid close code with the same",
    "protocol-error": "takes no notice of the second and the third reserved bit",
}
SPEEDUPS: tuple[str, ...] = ("aiofastnet",)


def index(connection: ServerHandshakeConnection, request: Request) -> Response | None:
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
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    async with picows_serve(
        handle,
        sock=sock,
        ssl=tls,
        process_request=index,
        max_size=limit,
        compression=None if equal else "deflate",
        ping_interval=None if equal else 20,
    ):
        ready()
        await asyncio.Event().wait()
