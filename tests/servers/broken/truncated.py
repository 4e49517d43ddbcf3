"""Breaks the contract: replies end after 65,535 bytes."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def message(self, opcode: int, payload: bytes) -> None:
        """Cut what is longer."""
        super().message(opcode, payload[:65_535])


serve = served(Bent)
