"""ws4py's WebSocket and its WSGI application: what the servers on ws4py share, no server itself."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from ws4py.exc import HandshakeError
from ws4py.messaging import Message
from ws4py.server.wsgiutils import WebSocketWSGIApplication
from ws4py.websocket import WebSocket

DEVIATIONS = {
    "close-empty": "answers a close without a code with 1005, which is for no frame",
    "close-invalid": "answers an invalid close with 1005, not with 1002",
    "too-large": "takes in a message of any size before it sends close 1009",
}


class Echo(WebSocket):
    """`/echo`: the same message, the same type. `limit` is the largest message in bytes."""

    limit: int

    def received_message(self, message: Message) -> None:
        """Send the message back."""
        if len(message.data) > self.limit:
            self.close(1009)
        else:
            self.send(message.data, message.is_binary)

    def unhandled_error(self, error: OSError) -> None:
        """Log nothing where a client vanished."""


class Socket(Echo):
    """`/socket`: the reference conversation."""

    def opened(self) -> None:
        """Print what the reference example prints."""
        print("Socket opened")

    def received_message(self, message: Message) -> None:
        """Answer with the prefix."""
        self.send(b"Msg is " + message.data)

    def closed(self, code: int, reason: str | bytes | None = None) -> None:  # noqa: ARG002
        """Print what the reference example prints."""
        print("Socket closed")


UPGRADES = {
    "/echo": WebSocketWSGIApplication(handler_cls=Echo),
    "/socket": WebSocketWSGIApplication(handler_cls=Socket),
}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Choose by path; what is no handshake is refused."""
    path = environ["PATH_INFO"]
    try:
        if path in UPGRADES:
            upgraded: Iterable[bytes] = UPGRADES[path](environ, start_response)
            return upgraded
        status, body = ("200 OK", b"It Works!") if path == "/" else ("404 Not Found", b"Not Found")
    except HandshakeError as problem:
        status, body = "400 Bad Request", str(problem).encode()
    start_response(status, [("Content-Type", "text/plain")])
    return [body]
