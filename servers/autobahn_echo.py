"""Autobahn's protocol without a network: what the servers on Autobahn share, no server itself."""

from typing import Any

from autobahn.websocket import protocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from autobahn.websocket.types import ConnectionDeny, ConnectionRequest


class Echo(protocol.WebSocketServerProtocol):
    """`/echo`: the same message, the same type; `/socket`: the reference conversation."""

    reference = False

    def onConnect(self, request: ConnectionRequest) -> None:  # noqa: N802
        """Choose by path."""
        if request.path not in {"/echo", "/socket"}:
            raise ConnectionDeny(ConnectionDeny.NOT_FOUND, "Not Found")
        self.reference = request.path == "/socket"

    def onOpen(self) -> None:  # noqa: N802
        """Print what the reference example prints."""
        if self.reference:
            print("Socket opened")

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        """Send the message back, on `/socket` with the prefix; text comes as bytes that are valid UTF-8."""
        if self.reference:
            self.sendMessage(b"Msg is " + payload)
        else:
            self.sendMessage(payload, isBinary)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:  # noqa: N802, N803, ARG002
        """Print what the reference example prints."""
        if self.reference:
            print("Socket closed")

    def sendServerStatus(self, redirectUrl: str | None = None, redirectAfter: int = 0) -> None:  # noqa: N802, N803, ARG002
        """Answer a plain GET, where Autobahn would send a page of its own; it then ends the connection."""
        if self.http_request_path == "/":
            self.sendHtml("It Works!")
        elif self.http_request_path in {"/echo", "/socket"}:
            self.sendHttpErrorResponse(426, "Upgrade Required")
        else:
            self.sendHttpErrorResponse(404, "Not Found")


def accept(offers: list[Any]) -> PerMessageDeflateOfferAccept | None:
    """Accept permessage-deflate where it is offered."""
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer, mem_level=8)  # its default too
    return None


def options(*, limit: int, deflate: bool) -> dict[str, Any]:
    """Return the options of a factory; but for the last they are contract."""
    return {
        "maxMessagePayloadSize": limit,
        "failByDrop": False,
        "echoCloseCodeReason": True,
        "allowNullOrigin": True,  # what it is unless set here would be set to False
        "perMessageCompressionAccept": accept if deflate else None,  # None leaves it as it is
    }
