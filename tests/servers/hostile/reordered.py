"""Hostile: replies in another order."""

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    held: bytes | None = None

    def strike(self, opcode: int, payload: bytes) -> None:
        """Reply to every second message first."""
        if self.held is None:
            self.held = frame(opcode, payload)
        else:
            self.transport.write(frame(opcode, payload) + self.held)
            self.held = None


serve = served(Bent)
