"""Hostile: sends pings in place of replies, as fast as it can."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send pings without end."""
        self.flood((bytes((0x89, 125)) + bytes(125)) * 1_000)


serve = served(Bent)
