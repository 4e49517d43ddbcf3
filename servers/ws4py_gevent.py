"""ws4py on gevent's pywsgi (`ws4py.server.geventserver`): one greenlet a connection, no monkey patching.

Equalised: TCP_NODELAY is set (gevent leaves Nagle's algorithm on) and the access log is off. It has neither
deflate nor keep-alive pings. The message limit (ws4py has none) belongs to the contract and is checked, in
both classes, once a message is there.

It stands for gevent because gevent-websocket 0.10.1 fails the contract: on Python 3 its close frames have no
code, or two letters of the reason for one, and it takes frames without a mask.

Quirks: each part of a frame (2 bytes, the length, the mask, the payload) is a read of its own, and it unmasks
byte by byte in Python. TLS is gevent's own class of context and socket.
"""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import gevent.socket
import gevent.ssl
from ws4py.server.geventserver import WSGIServer

from . import ws4py_echo

LIBRARY = "ws4py"
DEVIATIONS = ws4py_echo.DEVIATIONS
HANDLER = "ws4py_echo.Echo.received_message"  # called with every message on `/echo`


class EqualServer(WSGIServer):
    """The server in the equal class."""

    def handle(self, sock: socket.socket, address: tuple[str, int]) -> None:
        """Turn Nagle's algorithm off."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle(sock, address)


def over_tls(chain: str, key: str, *, equal: bool) -> gevent.ssl.SSLContext:
    """Return gevent's context for TLS 1.3; the paths are those of the certificate chain and of its key."""
    context = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(chain, key)
    if equal:
        context.num_tickets = 0
    return context


def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    certificate: tuple[str, str] | None,
) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    ws4py_echo.Echo.limit = limit
    settings: dict[str, Any] = {"log": None} if equal else {}
    if certificate:
        settings["ssl_context"] = over_tls(*certificate, equal=equal)
    kind = EqualServer if equal else WSGIServer
    server = kind(gevent.socket.socket(fileno=sock.detach()), ws4py_echo.app, **settings)
    server.start()
    ready()
    server.serve_forever()
