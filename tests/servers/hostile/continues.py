"""Hostile: answers the handshake with 100 Continue, again and again."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike_head(self) -> bool:
        """Promise without end."""
        self.closing = True
        self.flood(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)
        return False


serve = served(Bent)
