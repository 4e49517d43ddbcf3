"""Hostile: dies of SIGKILL."""

import os
import signal

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


serve = served(Bent)
