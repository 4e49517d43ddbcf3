"""Breaks the contract: one bit is wrong in every thousandth reply of a connection."""

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    count = 0

    def message(self, opcode: int, payload: bytes) -> None:
        """Flip the lowest bit of the last byte, now and then."""
        self.count += 1
        if self.count % 1_000 == 0:
            payload = payload[:-1] + bytes([payload[-1] ^ 1])
        super().message(opcode, payload)


serve = served(Bent)
