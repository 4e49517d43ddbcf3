"""Hostile: ends the connection in the middle of a reply."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send half a reply and end."""
        self.transport.write(bytes((0x80 | opcode, len(payload))) + payload[: len(payload) // 2])
        self.transport.close()


serve = served(Bent)
