"""Breaks the contract: the first bytes of a frame have to come in one piece."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def take(self) -> bool:
        """Refuse the beginning of them."""
        if 0 < len(self.buffer) < 6:
            raise yardstick.Refused(1002)
        return super().take()


serve = served(Bent)
