"""Hostile: replies with a text that is none."""

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Reply with invalid UTF-8 of the same length."""
        self.transport.write(frame(opcode, b"\xff" * len(payload)))


serve = served(Bent)
