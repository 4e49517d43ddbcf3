"""Declares what it breaks: the process ends at a ping."""

import os

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"
DEVIATIONS = {"ping": "dies of it", "ping-between": "dies of it"}


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Die of a ping."""
        if opcode == yardstick.PING:
            os._exit(3)
        super().dispatch(opcode, payload, final=final)


serve = served(Bent)
