"""Hostile: replies with bytes that are no frames."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send noise."""
        self.transport.write(bytes(range(255, 127, -1)))


serve = served(Bent)
