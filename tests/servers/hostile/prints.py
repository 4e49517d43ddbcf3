"""Hostile: prints 50 MB at once, and goes on as if nothing had been."""

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


class Bent(Echo):
    """The polite connection, bent."""

    printed = False

    def strike(self, opcode: int, payload: bytes) -> None:
        """Print once, and answer."""
        if not self.printed:
            Bent.printed = True
            for _ in range(50):
                print(("x" * 999 + "\n") * 1_000, end="")
        super().strike(opcode, payload)


serve = served(Bent)
