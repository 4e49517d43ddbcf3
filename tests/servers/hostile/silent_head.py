"""Hostile: does not answer the handshake."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike_head(self) -> bool:
        """Say nothing."""
        self.closing = True
        return False


serve = served(Bent)
