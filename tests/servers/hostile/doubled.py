"""Hostile: replies twice."""

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Reply twice."""
        self.transport.write(frame(opcode, payload) * 2)


serve = served(Bent)
