"""Keeps the contract: the yardstick with what it leaves out. The servers that break it bend this one."""

import importlib
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "complete"

Serve = Callable[[socket.socket, Callable[[], None]], Coroutine[None, None, None]]


class Echo(yardstick.Echo):
    """One connection."""

    longest = 65_536  # bytes of a request
    versions: tuple[bytes, ...] = (b"13",)

    def handshake(self) -> bool:
        """Refuse long requests and other versions of the protocol."""
        if len(self.buffer) > self.longest:
            return self.refuse("431 Request Header Fields Too Large", "Too Large")
        head, end, _ = bytes(self.buffer).lower().partition(b"\r\n\r\n")
        _, name, rest = head.partition(b"sec-websocket-version:")
        if end and name and rest.partition(b"\r\n")[0].strip() not in self.versions:
            return self.refuse("426 Upgrade Required", "Version 13 only", "Sec-WebSocket-Version: 13\r\n")
        return super().handshake()


def served(kind: type[Echo]) -> Serve:
    """Return the `serve` of a server whose connections are of this kind."""
    yardstick.Echo = kind
    return yardstick.serve


serve = served(Echo)
