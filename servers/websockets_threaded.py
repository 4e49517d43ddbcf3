"""websockets' threading server: two threads a connection, one that reads and one that runs the handler.

Equalised: permessage-deflate is off (as shipped it is accepted when offered) and keep-alive pings are off
(as shipped, every 20 s, from a third thread). It sets TCP_NODELAY. The message limit (default 1 MiB) belongs
to the contract and is set in both classes. Where the equal class is to compress, it does so with windows of
15 bits, level 6 and memory level 8 (as shipped: 12 bits, level 6, memory level 5).

Bytes go from the thread that reads through a queue to the thread that runs the handler: each message costs
a switch between the two.

Before 15.0 it sends no keep-alive pings in either class.
"""

import contextlib
import inspect
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as websockets_serve

LIBRARY = "websockets"
MAJOR = int(version("websockets").partition(".")[0])
DEVIATIONS: dict[str, str] = {}
if MAJOR < 14:
    DEVIATIONS["bad-utf8"] = "drops the connection on invalid UTF-8 without sending close 1007"


def index(connection: ServerConnection, request: Request) -> Response | None:
    """Answer `GET /` and unknown paths; None goes on with the handshake."""
    if request.path == "/":
        return connection.protocol.reject(HTTPStatus.OK, "It Works!")
    if request.path not in {"/echo", "/socket"}:
        return connection.protocol.reject(HTTPStatus.NOT_FOUND, "Not Found")
    return None


def echo(connection: ServerConnection) -> None:
    """`/echo`: the same message, the same type."""
    for message in connection:
        connection.send(message)


def reference(connection: ServerConnection) -> None:
    """`/socket`: the reference conversation."""
    print("Socket opened")
    for message in connection:
        text = message.decode() if isinstance(message, bytes) else message
        connection.send("Msg is " + text)
    print("Socket closed")


def handle(connection: ServerConnection) -> None:
    """Choose by path; a client that vanished is no error."""
    handler = reference if connection.request and connection.request.path == "/socket" else echo
    with contextlib.suppress(ConnectionClosed):
        handler(connection)


def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    extension = ServerPerMessageDeflateFactory(compress_settings={"level": 6, "memLevel": 8})
    more: dict[str, Any] = {"ssl": tls, "ping_interval": None if equal else 20}
    if "ssl_context" in inspect.signature(websockets_serve).parameters:  # before 13.0
        more = {"ssl_context": tls}
    with websockets_serve(
        handle,
        sock=sock,
        process_request=index,
        max_size=limit,
        extensions=[extension] if equal and deflate else None,
        compression=None if equal else "deflate",
        **more,
    ) as server:
        ready()
        server.serve_forever()
