"""Hostile: a reply that goes on in empty fragments, one every 50 ms."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send empty fragments without end."""
        self.transport.write(bytes((opcode, 0)))
        self.flood(bytes(2), 0.05)


serve = served(Bent)
