"""Breaks the contract: the process ends at a fragmented message."""

import os

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Die of a fragment."""
        if not final:
            os._exit(3)
        super().dispatch(opcode, payload, final=final)


serve = served(Bent)
