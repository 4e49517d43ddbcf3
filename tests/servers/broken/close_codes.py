"""Breaks the contract: a close with a code of an application's is answered with 1011."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Change codes from 3000 up."""
        if opcode == yardstick.CLOSE and payload[:1] >= b"\x0b":
            payload = (1011).to_bytes(2, "big")
        super().dispatch(opcode, payload, final=final)


serve = served(Bent)
