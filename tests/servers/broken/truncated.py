"""Breaks the contract: replies end after 65,535 bytes."""

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
        """Cut what is longer."""
        super().message(opcode, payload[:65_535])


yardstick.Echo = Echo
serve = yardstick.serve
