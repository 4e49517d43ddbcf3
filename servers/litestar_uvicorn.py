"""Litestar's websocket route handlers on Uvicorn.

Equalised, in Uvicorn: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings
are off (as shipped, every 20 s), and so are the access log and the line that each handshake gets in the log.
asyncio sets TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract, and so does the
404 for an upgrade on an unknown path, which Litestar would answer with 403.
"""

import socket as sockets
import ssl
from collections.abc import Callable
from typing import Any

from litestar import Litestar, MediaType, WebSocket, get, websocket
from litestar.exceptions import NotFoundException

from . import uvicorn_serve

LIBRARY = "litestar"
DEVIATIONS = uvicorn_serve.DEVIATIONS
SPEEDUPS = uvicorn_serve.SPEEDUPS


@get("/", media_type=MediaType.TEXT)
async def index() -> str:
    """`GET /`."""
    return "It Works!"


@get(["/echo", "/socket"], media_type=MediaType.TEXT, status_code=426)
async def no_upgrade() -> str:
    """Refuse a plain GET."""
    return "WebSocket only"


@get("/{path:path}")
async def unknown() -> None:
    """Refuse a GET of any other path."""
    raise NotFoundException


@websocket("/{path:path}")
async def unknown_upgrade(socket: WebSocket[Any, Any, Any]) -> None:
    """Refuse an upgrade on any other path; Litestar has nothing but the ASGI messages for it."""
    await socket.receive()
    await socket.send({"type": "websocket.http.response.start", "status": 404, "headers": []})
    await socket.send({"type": "websocket.http.response.body", "body": b"Not Found", "more_body": False})


@websocket("/echo")
async def echo(socket: WebSocket[Any, Any, Any]) -> None:
    """`/echo`: the same message, the same type."""
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text is not None:
            await socket.send_text(text)
        else:
            await socket.send_bytes(message["bytes"] or b"")


@websocket("/socket")
async def reference(socket: WebSocket[Any, Any, Any]) -> None:
    """`/socket`: the reference conversation."""
    await socket.accept()
    print("Socket opened")
    while (message := await socket.receive())["type"] == "websocket.receive":
        text = message.get("text")
        await socket.send_text("Msg is " + ((message["bytes"] or b"").decode() if text is None else text))
    print("Socket closed")


async def serve(
    sock: sockets.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = Litestar([index, no_upgrade, unknown, unknown_upgrade, echo, reference])
    await uvicorn_serve.run(app, sock, ready, equal=equal, limit=limit, tls=tls)
