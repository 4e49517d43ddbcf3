"""Falcon's ASGI resources on Uvicorn.

Equalised, in Uvicorn: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings
are off (as shipped, every 20 s), and so are the access log and the line that each handshake gets in the log.
asyncio sets TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract.

Falcon receives text and binary by different names, or, to have both, through media handlers; ours leave the
message as it is. A task of its own buffers up to four messages. It answers an upgrade on an unknown path with
403, and can't do otherwise.
"""

import socket
import ssl
from collections.abc import Callable

from falcon import MEDIA_TEXT, WebSocketPayloadType
from falcon.asgi import App, Request, Response, WebSocket
from falcon.media import BinaryBaseHandlerWS, TextBaseHandlerWS

from . import uvicorn_serve

LIBRARY = "falcon"
DEVIATIONS = uvicorn_serve.DEVIATIONS
SPEEDUPS = uvicorn_serve.SPEEDUPS


class Text(TextBaseHandlerWS):
    """Text as it is."""

    def deserialize(self, payload: str) -> object:
        """Return the message."""
        return payload


class Binary(BinaryBaseHandlerWS):
    """Binary as it is."""

    def deserialize(self, payload: bytes) -> object:
        """Return the message."""
        return payload


class Index:
    """`GET /`."""

    async def on_get(self, _request: Request, response: Response) -> None:
        """Say that the server is there."""
        response.content_type, response.text = MEDIA_TEXT, "It Works!"


class Echo:
    """`/echo`: the same message, the same type."""

    async def on_get(self, _request: Request, response: Response) -> None:
        """Refuse a plain GET."""
        response.status = 426

    async def on_websocket(self, _request: Request, websocket: WebSocket) -> None:
        """Send every message back; Falcon takes the exception that a client leaves with."""
        await websocket.accept()
        while True:
            message = await websocket.receive_media()
            if isinstance(message, str):
                await websocket.send_text(message)
            elif isinstance(message, bytes):
                await websocket.send_data(message)


class Reference(Echo):
    """`/socket`: the reference conversation."""

    async def on_websocket(self, _request: Request, websocket: WebSocket) -> None:
        """Answer with the prefix."""
        await websocket.accept()
        print("Socket opened")
        try:
            while True:
                message = await websocket.receive_media()
                text = message.decode() if isinstance(message, bytes) else str(message)
                await websocket.send_text("Msg is " + text)
        finally:
            print("Socket closed")


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = App()
    handlers = app.ws_options.media_handlers
    handlers[WebSocketPayloadType.TEXT], handlers[WebSocketPayloadType.BINARY] = Text(), Binary()
    for path, resource in (("/", Index()), ("/echo", Echo()), ("/socket", Reference())):
        app.add_route(path, resource)
    await uvicorn_serve.run(app, sock, ready, equal=equal, limit=limit, tls=tls)
