"""Breaks the contract: a ping has to wait for the message around it."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    waiting: bytes | None = None

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Put off the pong."""
        if opcode == yardstick.PING and self.opcode:
            self.waiting = payload
            return
        super().dispatch(opcode, payload, final=final)
        if self.waiting is not None and not self.opcode:
            self.transport.write(yardstick.frame(yardstick.PONG, self.waiting))
            self.waiting = None


serve = served(Bent)
