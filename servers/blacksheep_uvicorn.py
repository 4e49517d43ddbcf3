"""BlackSheep's WebSocket routes on Uvicorn.

Equalised, in Uvicorn: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings
are off (as shipped, every 20 s), and so are the access log and the line that each handshake gets in the log.
asyncio sets TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract.

BlackSheep answers an upgrade on an unknown path with 403, can't do otherwise, and logs a traceback for it.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

from blacksheep import Application, Response, WebSocket, WebSocketDisconnectError
from blacksheep.server.responses import text as text_response

from . import uvicorn_serve

LIBRARY = "blacksheep"
DEVIATIONS = uvicorn_serve.DEVIATIONS
SPEEDUPS = uvicorn_serve.SPEEDUPS
GONE = WebSocketDisconnectError, OSError  # the client said goodbye, or vanished while it was sent to

app = Application()


@app.router.get("/")
async def index() -> Response:
    """`GET /`."""
    return text_response("It Works!")


@app.router.get("/echo")
@app.router.get("/socket")
async def no_upgrade() -> Response:
    """Refuse a plain GET."""
    return text_response("WebSocket only", 426)


@app.router.ws("/echo")
async def echo(websocket: WebSocket) -> None:
    """`/echo`: the same message, the same type."""
    await websocket.accept()
    with contextlib.suppress(*GONE):
        while True:
            message: Any = await websocket.receive()
            if message.get("text") is not None:
                await websocket.send_text(message["text"])
            else:
                await websocket.send_bytes(message["bytes"])


@app.router.ws("/socket")
async def reference(websocket: WebSocket) -> None:
    """`/socket`: the reference conversation."""
    await websocket.accept()
    print("Socket opened")
    with contextlib.suppress(*GONE):
        while True:
            message: Any = await websocket.receive()
            text = message.get("text")
            await websocket.send_text("Msg is " + (message["bytes"].decode() if text is None else text))
    print("Socket closed")


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await uvicorn_serve.run(app, sock, ready, equal=equal, limit=limit, tls=tls)
