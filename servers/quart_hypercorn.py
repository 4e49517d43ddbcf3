"""Quart's websocket routes on Hypercorn (wsproto inside).

Nothing had to be equalised: Hypercorn sets TCP_NODELAY and neither logs accesses nor pings by itself. What
can't be is permessage-deflate, which it accepts from everybody who offers it, with zlib's level 6 and memory
level 8. The message limit (by default 16 MiB too) belongs to the contract; of text it counts characters.

Quart answers a plain GET on a websocket route with 400 by itself. It lets the event loop turn once before
every send, and goes on reading from a peer that doesn't read.
"""

import socket
import ssl
from collections.abc import Callable

from quart import Quart, websocket

from . import hypercorn_serve

LIBRARY = "quart"
DEVIATIONS = hypercorn_serve.DEVIATIONS

app = Quart(__name__)


@app.get("/")
async def index() -> str:
    """`GET /`."""
    return "It Works!"


@app.websocket("/echo")
async def echo() -> None:
    """`/echo`: the same message, the same type."""
    await websocket.accept()
    while True:
        message = await websocket.receive()
        await websocket.send(b"" if message is None else message)  # an empty binary message comes as None


@app.websocket("/socket")
async def reference() -> None:
    """`/socket`: the reference conversation; it is cancelled when the client leaves."""
    await websocket.accept()
    print("Socket opened")
    try:
        while True:
            message = await websocket.receive()
            await websocket.send("Msg is " + (message if isinstance(message, str) else message.decode()))
    finally:
        print("Socket closed")


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,  # noqa: ARG001  # there is nothing to change
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,  # noqa: ARG001  # it is on for whom offers it
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await hypercorn_serve.run(app, sock, ready, limit=limit, tls=tls)
