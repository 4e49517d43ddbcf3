"""Hostile: redirects the handshake."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike_head(self) -> bool:
        """Send them elsewhere."""
        return self.refuse("302 Found", "", "Location: http://localhost:9/echo\r\n")


serve = served(Bent)
