"""Hostile: resets the connection in place of replying."""

import socket
import struct

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Reset."""
        with self.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


serve = served(Bent)
