"""Breaks the contract: binary comes back as text."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer binary as text."""
        if self.path == "/socket" or opcode == yardstick.TEXT:
            super().message(opcode, payload)
        else:
            self.transport.write(yardstick.frame(yardstick.TEXT, payload))


serve = served(Bent)
