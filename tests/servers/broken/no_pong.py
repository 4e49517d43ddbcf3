"""Breaks the contract: pings are swallowed."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Ignore pings."""
        if opcode != yardstick.PING:
            super().dispatch(opcode, payload, final=final)


serve = served(Bent)
