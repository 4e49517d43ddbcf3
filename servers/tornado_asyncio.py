"""Tornado's WebSocketHandler on asyncio: the reference.

Equalised: TCP_NODELAY is set after the handshake (Tornado leaves Nagle's algorithm on) and the access log
is off. As shipped it neither compresses nor pings. The message limit (default 10 MiB) and the origin check
belong to the contract and are set in both classes. Where it is to compress, it does so with level 6 and
memory level 8, which as shipped are its defaults; the windows of 15 bits are Tornado's own.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

LIBRARY = "tornado"
DEVIATIONS = {
    "bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007",
    "close-invalid": "answers an invalid close code with the same",
    "unmasked": "accepts unmasked frames (RFC 6455 forbids them)",
    "deflate-params": "agrees on server_no_context_takeover without saying so, and does not keep it",
    "deflate-invalid": "answers an offer of deflate with invalid parameters with HTTP 500",
}
HANDLER = "Echo.on_message"  # called with every message on `/echo`


class Index(RequestHandler):
    """`GET /`."""

    def get(self) -> None:
        """Say that the server is there."""
        self.write("It Works!")


class Echo(WebSocketHandler):
    """`/echo`: the same message, the same type."""

    def open(self) -> None:
        """Turn Nagle's algorithm off in the equal class."""
        if self.settings["equal"]:
            self.set_nodelay(True)

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002
        """Accept every origin."""
        return True

    def get_compression_options(self) -> dict[str, Any] | None:
        """Say how to compress, None for not at all."""
        options: dict[str, Any] | None = self.settings["deflate"]
        return options

    def on_message(self, message: str | bytes) -> None:
        """Send the message back."""
        self.write_message(message, binary=isinstance(message, bytes))


class Socket(Echo):
    """`/socket`: the reference conversation."""

    def open(self) -> None:
        """Print what the reference example prints."""
        super().open()
        print("Socket opened")

    def on_message(self, message: str | bytes) -> None:
        """Answer with the prefix."""
        text = message.decode() if isinstance(message, bytes) else message
        self.write_message("Msg is " + text)

    def on_close(self) -> None:
        """Print what the reference example prints."""
        print("Socket closed")


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
    settings: dict[str, Any] = {"equal": equal, "websocket_max_message_size": limit}
    options = {"compression_level": 6, "mem_level": 8} if equal else {}
    settings["deflate"] = options if deflate else None
    if equal:
        settings["log_function"] = lambda _handler: None
    routes = [("/", Index), ("/echo", Echo), ("/socket", Socket)]
    HTTPServer(Application(routes, **settings), ssl_options=tls).add_sockets([sock])
    ready()
    await asyncio.Event().wait()
