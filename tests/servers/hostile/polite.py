"""Behaves well, for ever: what hostile servers do until their turn comes, and what they are held against."""

import importlib
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import turn

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "polite"
DEVIATIONS = yardstick.DEVIATIONS

Serve = Callable[..., Any]


class Echo(yardstick.Echo):
    """A connection that strikes when its turn comes."""

    def handshake(self) -> bool:
        """Answer the HTTP request, or strike."""
        if turn.at_start() and b"\r\n\r\n" in self.buffer:
            return self.strike_head()
        return super().handshake()

    def message(self, opcode: int, payload: bytes) -> None:
        """Echo a message, or strike."""
        if turn.at_message(len(payload)):
            self.strike(opcode, payload)
        else:
            super().message(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Strike at the end."""
        super().connection_lost(exc)
        if turn.at_end():
            self.strike(0, b"")

    def strike_head(self) -> bool:
        """Misbehave in place of answering the request; the polite one doesn't."""
        return super().handshake()

    def strike(self, opcode: int, payload: bytes) -> None:
        """Misbehave in place of answering a message; the polite one doesn't."""
        super().message(opcode, payload)

    def socket(self) -> socket.socket:
        """Return the connection's socket as a blocking one of our own."""
        self.transport.pause_reading()
        sock = socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))
        sock.setblocking(True)
        return sock

    def flood(self, chunk: bytes, pause: float = 0.0) -> None:
        """Send the same bytes until the client is gone, and nobody else is served meanwhile."""
        sock = self.socket()
        try:
            while True:
                sock.sendall(chunk)
                time.sleep(pause)
        except OSError:
            self.transport.abort()


def served(kind: type[Echo], at_start: Callable[[], None] = lambda: None) -> Serve:
    """Return the `serve` of a server with connections of this kind; `at_start` is called when its turn is."""
    yardstick.Echo = kind

    async def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
        """Serve until ended."""
        if turn.at_start():
            at_start()
        await yardstick.serve(sock, ready, equal=equal, limit=limit)

    return serve


def forever() -> None:
    """Do nothing, for ever."""
    while True:
        time.sleep(60)


serve = served(Echo)
frame = yardstick.frame
