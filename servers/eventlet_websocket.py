"""eventlet's wsgi server with eventlet.websocket: one green thread a connection, no monkey patching.

Equalised: permessage-deflate is off, by dropping the offer (as shipped it is accepted; there is no option
for it), TCP_NODELAY is set (eventlet leaves Nagle's algorithm on) and the access log is off. It sends no
keep-alive pings. The limit (default 8 MiB) belongs to the contract; it is on frames, not on the messages that
are put together from them. Deflate is zlib's level 6 with memory level 8, which can't be chosen.

Quirks: it unmasks byte by byte in Python. TLS is eventlet's own class of context and socket. It is in bugfix
mode: its authors advise against it for new projects.
"""

import contextlib
import socket
import ssl
import warnings
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

with warnings.catch_warnings(action="ignore"):  # at its import it advises against itself
    import eventlet.green.socket
    import eventlet.green.ssl
    import eventlet.wsgi
    from eventlet.websocket import WebSocket, WebSocketWSGI

LIBRARY = "eventlet"
DEVIATIONS = {
    "bad-utf8": "closes with 1011 on invalid UTF-8, not with 1007",
    "deflate-invalid": "agrees on deflate whatever the parameters of the offer",
    "protocol-error": "takes no notice of the second and third reserved bit",
}
SPEEDUPS: tuple[str, ...] = ("wsaccel",)


def echo(websocket: WebSocket) -> None:
    """`/echo`: the same message, the same type."""
    while (message := websocket.wait()) is not None:
        websocket.send(message)


def reference(websocket: WebSocket) -> None:
    """`/socket`: the reference conversation."""
    print("Socket opened")
    while (message := websocket.wait()) is not None:
        websocket.send("Msg is " + (message if isinstance(message, str) else message.decode()))
    print("Socket closed")


def application(*, equal: bool, deflate: bool, limit: int) -> WSGIApplication:
    """Return the WSGI application of a class."""

    def upgrade(handler: Callable[[WebSocket], None]) -> WSGIApplication:
        def handle(websocket: WebSocket) -> None:
            if equal:
                websocket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(ValueError):  # invalid UTF-8: the connection is closed already
                handler(websocket)

        upgraded: WSGIApplication = WebSocketWSGI(handle, max_frame_length=limit)
        return upgraded

    upgrades = {"/echo": upgrade(echo), "/socket": upgrade(reference)}

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in upgrades:
            if equal and not deflate:
                environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            return upgrades[path](environ, start_response)
        start_response("200 OK" if path == "/" else "404 Not Found", [("Content-Type", "text/plain")])
        return [b"It Works!" if path == "/" else b"Not Found"]

    return app


def over_tls(chain: str, key: str, *, equal: bool) -> eventlet.green.ssl.SSLContext:
    """Return eventlet's context for TLS 1.3; the paths are those of the certificate chain and of its key."""
    context = eventlet.green.ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
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
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    listener = eventlet.green.socket.socket(fileno=sock.detach())
    if certificate:
        listener = over_tls(*certificate, equal=equal).wrap_socket(listener, server_side=True)
    app = application(equal=equal, deflate=deflate, limit=limit)
    ready()  # connections wait in the queue of the listening socket
    eventlet.wsgi.server(listener, app, log_output=not equal)
