"""Hostile: answers the handshake with headers that never end."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike_head(self) -> bool:
        """Send headers without end."""
        self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n")
        self.closing = True
        self.flood(b"X-More: and more\r\n" * 1_000)
        return False


serve = served(Bent)
