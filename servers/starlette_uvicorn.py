"""Starlette's WebSocketEndpoint on Uvicorn.

Equalised, in Uvicorn: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings
are off (as shipped, every 20 s), and so are the access log and the line that each handshake gets in the log.
asyncio sets TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract, and so does the
404 for an upgrade on an unknown path, which Starlette would answer with 403.
"""

import re
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from . import uvicorn_serve

LIBRARY = "starlette"
DEVIATIONS = dict(uvicorn_serve.DEVIATIONS)
if [*map(int, re.findall(r"\d+", version("starlette")))] < [1, 7]:
    DEVIATIONS |= dict.fromkeys(("reference", "echo-text"), "drops the connection on an empty text")
SPEEDUPS = uvicorn_serve.SPEEDUPS
HANDLER = "Echo.on_receive"  # called with every message on `/echo`


async def index(_request: Request) -> PlainTextResponse:
    """`GET /`."""
    return PlainTextResponse("It Works!")


async def no_upgrade(_request: Request) -> PlainTextResponse:
    """Refuse a plain GET on `/echo` and `/socket`."""
    return PlainTextResponse("WebSocket only", 426)


async def unknown(websocket: WebSocket) -> None:
    """Refuse an upgrade on any other path."""
    await websocket.send_denial_response(PlainTextResponse("Not Found", 404))


async def gone(_websocket: WebSocket, _problem: Exception) -> None:
    """Take it as no error that a client vanished while it was sent to."""


class Echo(WebSocketEndpoint):
    """`/echo`: the same message, the same type."""

    async def on_receive(self, websocket: WebSocket, data: str | bytes) -> None:
        """Send the message back."""
        if isinstance(data, str):
            await websocket.send_text(data)
        else:
            await websocket.send_bytes(data)


class Reference(WebSocketEndpoint):
    """`/socket`: the reference conversation."""

    async def on_connect(self, websocket: WebSocket) -> None:
        """Print what the reference example prints."""
        await super().on_connect(websocket)
        print("Socket opened")

    async def on_receive(self, websocket: WebSocket, data: str | bytes) -> None:
        """Answer with the prefix."""
        await websocket.send_text("Msg is " + (data if isinstance(data, str) else data.decode()))

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:  # noqa: ARG002
        """Print what the reference example prints."""
        print("Socket closed")


ROUTES = [
    Route("/", index),
    Route("/echo", no_upgrade),
    Route("/socket", no_upgrade),
    WebSocketRoute("/echo", Echo),
    WebSocketRoute("/socket", Reference),
    WebSocketRoute("/{path:path}", unknown),
]


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = Starlette(routes=ROUTES, exception_handlers={WebSocketDisconnect: gone})
    await uvicorn_serve.run(app, sock, ready, equal=equal, limit=limit, tls=tls)
