"""Hostile: sends half of a reply, and no more."""

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send half a reply."""
        reply = frame(opcode, payload)
        self.transport.write(reply[: len(reply) // 2])


serve = served(Bent)
