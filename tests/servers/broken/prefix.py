"""Breaks the contract: another prefix on `/socket`."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer with the wrong words."""
        if self.path == "/socket":
            self.transport.write(yardstick.frame(opcode, b"Message is " + payload))
        else:
            super().message(opcode, payload)


serve = served(Bent)
