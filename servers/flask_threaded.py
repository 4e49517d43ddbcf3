"""Flask-Sock on werkzeug's threaded server: two threads a connection, one that reads and the handler's.

Equalised: permessage-deflate is off, by dropping the offer (as shipped it is accepted; there is no option
for it), TCP_NODELAY is set (werkzeug leaves Nagle's algorithm on) and the access log is off. It sends no
keep-alive pings. The message limit (by default none) belongs to the contract; of texts it counts characters.
Deflate is zlib's level 6 with memory level 8, which can't be chosen.

Ending a connection here, when its reader has ended, belongs to the contract, too: left to itself, Flask-Sock
sends an HTTP response at the end, which can come before the close frame, and the client has to hang up.

Quirks: bytes are read 4 KiB at a time. The thread of a connection that was closed for the size of its message
may stay behind. TLS is not served: the threads of a connection write without a lock, and a pong beside an
answer breaks its encryption.
"""

import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from simple_websocket import Server as WebSocket
from werkzeug.serving import WSGIRequestHandler, make_server
from wsproto.utilities import RemoteProtocolError

LIBRARY = "flask-sock"
DEVIATIONS = {
    "deflate-invalid": "agrees on deflate whatever the parameters of the offer",
    "too-large": "sends close 1009 once over 16 MiB have come in, not when the header says so",
}

app = Flask(__name__)
upgrades = Sock(app)


@contextlib.contextmanager
def ending(websocket: WebSocket) -> Iterator[None]:
    """End the connection once the reader has sent the close frame."""
    try:
        yield
    except (ConnectionClosed, OSError):
        websocket.thread.join()
        with contextlib.suppress(OSError):  # where the client vanished
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


@app.route("/")
def index() -> str:
    """`GET /`."""
    return "It Works!"


@app.errorhandler(RemoteProtocolError)
def refuse(problem: RemoteProtocolError) -> tuple[str, int]:
    """Answer what is no handshake."""
    return str(problem), 400


@upgrades.route("/echo")
def echo(websocket: WebSocket) -> None:
    """`/echo`: the same message, the same type."""
    with ending(websocket):
        while True:
            websocket.send(websocket.receive())


@upgrades.route("/socket")
def reference(websocket: WebSocket) -> None:
    """`/socket`: the reference conversation."""
    print("Socket opened")
    with ending(websocket):
        while True:
            message = websocket.receive()
            websocket.send("Msg is " + (message if isinstance(message, str) else message.decode()))
    print("Socket closed")


def without_offer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Call the application without the extensions that are offered."""
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    return app(environ, start_response)


class EqualHandler(WSGIRequestHandler):
    """The handshake in the equal class."""

    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep no access log."""


def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": limit}
    host, port = sock.getsockname()[:2]
    handler = EqualHandler if equal else WSGIRequestHandler
    served: Any = without_offer if equal and not deflate else app
    server = make_server(host, port, served, threaded=True, request_handler=handler, fd=sock.fileno())
    ready()
    server.serve_forever()
