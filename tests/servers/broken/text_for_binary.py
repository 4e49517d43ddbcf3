"""Breaks the contract: binary comes back as text."""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "broken"


class Echo(yardstick.Echo):
    """The yardstick's connection, bent."""

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer binary as text."""
        if self.path == "/socket" or opcode == yardstick.TEXT:
            super().message(opcode, payload)
        else:
            self.transport.write(yardstick.frame(yardstick.TEXT, payload))


yardstick.Echo = Echo
serve = yardstick.serve
