"""Tornado's WebSocketHandler on asyncio: the reference.

Equalised: TCP_NODELAY is set after the handshake (Tornado leaves Nagle's algorithm on) and the access log
is off. As shipped it neither compresses nor pings. The message limit (default 10 MiB) and the origin check
belong to the contract and are set in both classes.
"""

import asyncio
import socket
from collections.abc import Callable

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

LIBRARY = "tornado"
DEVIATIONS = {"bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007"}
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


async def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    settings: dict[str, object] = {"equal": equal, "websocket_max_message_size": limit}
    if equal:
        settings["log_function"] = lambda _handler: None
    routes = [("/", Index), ("/echo", Echo), ("/socket", Socket)]
    HTTPServer(Application(routes, **settings)).add_sockets([sock])  # type: ignore[arg-type]
    ready()
    await asyncio.Event().wait()
