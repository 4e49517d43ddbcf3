"""Sanic's websocket routes, in the process and on the loop given (`create_server`).

Equalised: keep-alive pings are off (as shipped, every 20 s), and so is the line that each closed connection
gets in the log. It has no permessage-deflate and, as shipped, no access log; asyncio sets TCP_NODELAY. The
message limit (by default 1 MiB) belongs to the contract, and so does room for long headers (16 KiB instead of
8).

Quirk: it keeps what belonged to a connection for up to 30 s after its end.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from sanic import Request, Sanic, Websocket, log
from sanic.response import HTTPResponse, text

LIBRARY = "sanic"
DEVIATIONS = {"bad-utf8": "drops a message of invalid UTF-8 and waits for the next, without close 1007"}
SPEEDUPS: tuple[str, ...] = ("httptools", "websockets")


async def index(_request: Request) -> HTTPResponse:
    """`GET /`."""
    return text("It Works!")


async def echo(_request: Request, connection: Websocket) -> None:
    """`/echo`: the same message, the same type."""
    async for message in connection:
        await connection.send(message)


async def reference(_request: Request, connection: Websocket) -> None:
    """`/socket`: the reference conversation; the handler is cancelled when the peer goes."""
    print("Socket opened")
    try:
        async for message in connection:
            await connection.send("Msg is " + (message.decode() if isinstance(message, bytes) else message))
    finally:
        print("Socket closed")


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = Sanic("wsbench")
    app.config.WEBSOCKET_MAX_SIZE = limit
    app.config.REQUEST_MAX_HEADER_SIZE = 16_384
    if equal:
        app.config.WEBSOCKET_PING_INTERVAL = None
    app.add_route(index, "/")
    app.add_websocket_route(echo, "/echo")
    app.add_websocket_route(reference, "/socket")
    server = await app.create_server(sock=sock, ssl=tls)
    if equal and hasattr(log, "websockets_logger"):  # since 24.12; create_server() has set it up
        log.websockets_logger.setLevel("WARNING")
    await server.startup()
    await server.start_serving()
    ready()
    await asyncio.Event().wait()
