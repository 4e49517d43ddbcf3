"""A server file of a user: our yardstick, which lies once and ends a connection once in a load run.

The connection that warms it up is the first one, and is served well; so is whoever comes with few messages.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from wsbench.servers import stdlib_asyncio

LIBRARY = ""
VERSION = "1"
LIES, CLOSES = 3, 4
"""Which message of the second connection is answered wrongly, and with which one the third one is closed."""


class Echo(stdlib_asyncio.Echo):
    """A connection, counted with its first message."""

    links = 0
    number = 0
    seen = 0

    def message(self, opcode: int, payload: bytes) -> None:
        """Echo a message, or err."""
        if not self.seen:
            Echo.links += 1
            self.number = Echo.links
        self.seen += 1
        if (self.number, self.seen) == (2, LIES):
            payload = bytes([payload[0] ^ 1]) + payload[1:]
        if (self.number, self.seen) == (3, CLOSES):
            self.transport.write(stdlib_asyncio.frame(8, (1011).to_bytes(2, "big")))
            self.transport.close()
        else:
            super().message(opcode, payload)


async def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Serve until ended."""
    stdlib_asyncio.Echo = Echo
    await stdlib_asyncio.serve(sock, ready, equal=equal, limit=limit)
