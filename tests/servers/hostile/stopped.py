"""Hostile: stops, as under a debugger."""

import os
import signal

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Stop."""
        os.kill(os.getpid(), signal.SIGSTOP)


serve = served(Bent)
