"""Breaks the contract: a request has to come in one piece."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def handshake(self) -> bool:
        """Refuse the beginning of one."""
        if b"\r\n\r\n" not in self.buffer and len(self.buffer) < self.longest:
            return self.refuse("400 Bad Request", "Half a request")
        return super().handshake()


serve = served(Bent)
