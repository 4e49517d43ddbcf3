"""Breaks the contract: an unmasked frame is no error, but the end of the conversation."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def admit(self, first: int, second: int, size: int) -> None:
        """Close with the code of a normal end."""
        if not second & 0x80:
            raise yardstick.Refused(1000)
        super().admit(first, second, size)


serve = served(Bent)
