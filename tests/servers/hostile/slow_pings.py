"""Hostile: sends a ping every 50 ms in place of replies."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send pings without end."""
        self.flood(bytes((0x89, 0)), 0.05)


serve = served(Bent)
