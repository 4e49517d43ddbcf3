"""Breaks the contract: another prefix on `/socket`."""

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
        """Answer with the wrong words."""
        if self.path == "/socket":
            self.transport.write(yardstick.frame(opcode, b"Message is " + payload))
        else:
            super().message(opcode, payload)


yardstick.Echo = Echo
serve = yardstick.serve
