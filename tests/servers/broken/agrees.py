"""Breaks the contract: whatever unknown extension it is offered, it agrees."""

import asyncio
from typing import Any

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Eager:
    """A transport that says so in the handshake."""

    def __init__(self, transport: Any, connection: Echo) -> None:
        self.transport, self.connection = transport, connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def write(self, data: bytes) -> None:
        """Repeat the offer."""
        offer = bytes(self.connection.buffer).partition(b"Sec-WebSocket-Extensions: ")[2].split(b"\r\n")[0]
        if data.startswith(b"HTTP/1.1 101") and offer.startswith(b"x-"):
            data = data[:-2] + b"Sec-WebSocket-Extensions: " + offer + b"\r\n\r\n"
        self.transport.write(data)


class Bent(Echo):
    """The right connection, bent."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the one in the place of the other."""
        super().connection_made(Eager(transport, self))


serve = served(Bent)
