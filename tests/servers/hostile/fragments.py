"""Hostile: a reply of fragments that never ends."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send fragments without end."""
        self.transport.write(bytes((opcode, len(payload))) + payload)
        self.flood((bytes((0, len(payload))) + payload) * 1_000)


serve = served(Bent)
