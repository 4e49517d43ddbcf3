"""Breaks the contract: a close without a code ends the connection without an answer."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Say nothing."""
        if opcode == yardstick.CLOSE and not payload:
            self.transport.close()
        else:
            super().dispatch(opcode, payload, final=final)


serve = served(Bent)
