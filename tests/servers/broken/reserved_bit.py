"""Breaks the contract: the last of the reserved bits may be set."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def admit(self, first: int, second: int, size: int) -> None:
        """Look away."""
        super().admit(first & ~0x10, second, size)


serve = served(Bent)
