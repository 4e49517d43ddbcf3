"""Breaks the contract: code 1006 is taken for a reason to close like any other."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def finish(self, payload: bytes) -> None:
        """Answer it with 1000."""
        super().finish((1000).to_bytes(2, "big") if payload == (1006).to_bytes(2, "big") else payload)


serve = served(Bent)
