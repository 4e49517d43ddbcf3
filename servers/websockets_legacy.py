"""websockets' asyncio server before 13.0, called as today's is: for old versions, no server itself.

That server is `websockets.legacy.server`: it chooses answers by path and headers, and its connections know no
request.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from websockets.legacy.server import WebSocketServerProtocol
from websockets.legacy.server import serve as legacy_serve

Response = tuple[HTTPStatus, list[tuple[str, str]], bytes]


class Request(NamedTuple):
    """What is asked for."""

    path: str


class ServerConnection(WebSocketServerProtocol):
    """A connection with what those of today have."""

    request: Request | None = None
    index: Callable[["ServerConnection", Request], Response | None]

    async def process_request(self, path: str, request_headers: Any) -> Response | None:  # noqa: ARG002
        """Ask the server's own function, which takes a connection and a request."""
        self.request = Request(path)
        return type(self).index(self, self.request)

    def respond(self, status: int, text: str) -> Response:
        """Return an answer over plain HTTP."""
        return HTTPStatus(status), [("Content-Type", "text/plain")], text.encode()


def serve(handle: Callable[[Any], Any], *, process_request: Any, **settings: Any) -> Any:
    """Return the server; `settings` have had the same names since 10.0."""
    kind = type("Connection", (ServerConnection,), {"index": staticmethod(process_request)})
    return legacy_serve(handle, create_protocol=kind, **settings)
