"""ws4py's server on wsgiref: one thread shakes hands, one thread serves all connections, woken by epoll.

Equalised: TCP_NODELAY is set (wsgiref leaves Nagle's algorithm on). It has neither deflate nor keep-alive
pings and keeps no access log. The message limit (ws4py has none) belongs to the contract and is checked, in
both classes, once a message is there.

Quirks: it makes one handshake after another, so a client that connects and is silent holds up all others, and
so does one that does not read. Each part of a frame (2 bytes, the length, the mask, the payload) is a wait
and a read of its own; it unmasks byte by byte in Python. TLS can't be served: nothing wakes the thread for
what TLS has read ahead.
"""

import socket
from collections.abc import Callable

from ws4py.server.wsgirefserver import WebSocketWSGIRequestHandler, WSGIServer

from . import ws4py_echo

LIBRARY = "ws4py"
DEVIATIONS = ws4py_echo.DEVIATIONS
HANDLER = "ws4py_echo.Echo.received_message"  # called with every message on `/echo`


class EqualHandler(WebSocketWSGIRequestHandler):
    """The handshake in the equal class."""

    disable_nagle_algorithm = True


class Server(WSGIServer):
    """The server on a socket that listens already."""

    def __init__(self, sock: socket.socket, handler: type[WebSocketWSGIRequestHandler]) -> None:
        super().__init__(sock.getsockname()[:2], handler, bind_and_activate=False)
        self.server_close()  # the socket that it has made
        self.socket = sock
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    ws4py_echo.Echo.limit = limit
    server = Server(sock, EqualHandler if equal else WebSocketWSGIRequestHandler)
    server.set_app(ws4py_echo.app)
    server.initialize_websockets_manager()
    ready()
    server.serve_forever()
