"""Breaks the contract: a continuation of nothing is swallowed."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def admit(self, first: int, second: int, size: int) -> None:
        """Take it for a pong."""
        stray = not first & 0x0F and not self.opcode
        super().admit(0x80 | yardstick.PONG if stray else first, second, size)

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Pass over it."""
        if opcode or self.opcode:
            super().dispatch(opcode, payload, final=final)


serve = served(Bent)
