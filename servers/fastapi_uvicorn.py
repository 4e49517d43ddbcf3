"""FastAPI's WebSocket routes on Uvicorn.

Equalised, in Uvicorn: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings
are off (as shipped, every 20 s), and so are the access log and the line that each handshake gets in the log.
asyncio sets TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract, and so does the
404 for an upgrade on an unknown path, which FastAPI would answer with 403.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse

from . import uvicorn_serve

LIBRARY = "fastapi"
DEVIATIONS = uvicorn_serve.DEVIATIONS
SPEEDUPS = uvicorn_serve.SPEEDUPS

app = FastAPI()


@app.get("/")
async def index() -> PlainTextResponse:
    """`GET /`."""
    return PlainTextResponse("It Works!")


@app.get("/echo")
@app.get("/socket")
async def no_upgrade() -> PlainTextResponse:
    """Refuse a plain GET."""
    return PlainTextResponse("WebSocket only", 426)


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """`/echo`: the same message, the same type."""
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):  # it vanished while it was sent to
        while (message := await websocket.receive())["type"] == "websocket.receive":
            if message.get("text") is not None:
                await websocket.send_text(message["text"])
            else:
                await websocket.send_bytes(message["bytes"])


@app.websocket("/socket")
async def reference(websocket: WebSocket) -> None:
    """`/socket`: the reference conversation."""
    await websocket.accept()
    print("Socket opened")
    with contextlib.suppress(WebSocketDisconnect):
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            await websocket.send_text("Msg is " + (message["bytes"].decode() if text is None else text))
    print("Socket closed")


@app.websocket("/{path:path}")
async def unknown(websocket: WebSocket) -> None:
    """Refuse an upgrade on any other path."""
    await websocket.send_denial_response(PlainTextResponse("Not Found", 404))


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await uvicorn_serve.run(app, sock, ready, equal=equal, limit=limit, tls=tls)
