"""Breaks the contract: the process ends after 600 messages of one connection."""

import os

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    count = 0

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer 600 times."""
        self.count += 1
        if self.count > 600:
            os.write(2, b"this is the end\n")
            os._exit(3)
        super().message(opcode, payload)


serve = served(Bent)
