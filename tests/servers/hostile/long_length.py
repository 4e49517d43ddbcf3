"""Hostile: begins a frame that is to have 2**62 bytes, and sends on and on."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Begin a frame that never ends."""
        self.transport.write(bytes((0x80 | opcode, 127)) + (1 << 62).to_bytes(8, "big"))
        self.flood(payload * 1_000)


serve = served(Bent)
