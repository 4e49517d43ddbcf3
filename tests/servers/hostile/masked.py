"""Hostile: masks its replies, as no server may (RFC 6455 section 5.1)."""

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Reply under a mask of zeros."""
        reply = frame(opcode, payload)
        self.transport.write(bytes((reply[0], reply[1] | 0x80)) + bytes(4) + payload)


serve = served(Bent)
