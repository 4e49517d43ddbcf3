"""Hostile: answers the handshake with 500 and a body of 100 MB."""

import contextlib

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike_head(self) -> bool:
        """Refuse at length."""
        head = "HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\nContent-Length: 100000000\r\n\r\n"
        with self.socket() as sock, contextlib.suppress(OSError):
            sock.sendall(head.encode())
            for _ in range(100):
                sock.sendall(b"no " * 333_333 + b"!")
        self.closing = True
        self.transport.abort()
        return False


serve = served(Bent)
