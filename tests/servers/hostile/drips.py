"""Hostile: sends a byte of a reply every 100 ms."""

import time

from .polite import Echo, frame, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Send a reply in drops."""
        sock = self.socket()
        for byte in frame(opcode, payload):
            try:
                sock.send(bytes((byte,)))
            except OSError:
                return
            time.sleep(0.1)


serve = served(Bent)
