"""Breaks the contract: a close without a code is answered with 1005, which nobody may send."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Put into the answer what its absence stands for."""
        if opcode == yardstick.CLOSE and not payload:
            self.transport.write(yardstick.frame(yardstick.CLOSE, (1005).to_bytes(2, "big")))
            self.transport.write_eof()
        else:
            super().dispatch(opcode, payload, final=final)


serve = served(Bent)
