"""Breaks the contract: a connection gets no answer any more after 600 messages."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    count = 0

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer 600 times."""
        self.count += 1
        if self.count <= 600:
            super().message(opcode, payload)
        elif self.count == 601:
            print("tired of answering")


serve = served(Bent)
