"""Hostile: keeps 256 KiB more with every message, up to 256 MiB."""

from typing import ClassVar

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    kept: ClassVar[list[bytes]] = []

    def strike(self, opcode: int, payload: bytes) -> None:
        """Leak and answer."""
        if len(self.kept) < 1_024:
            self.kept.append(b"x" * 262_144)
        super().strike(opcode, payload)


serve = served(Bent)
