"""Breaks the contract: the process ends after 600 messages of one connection."""

import importlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "broken"


class Echo(yardstick.Echo):
    """The yardstick's connection, bent."""

    count = 0

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer 600 times."""
        self.count += 1
        if self.count > 600:
            os.write(2, b"this is the end\n")
            os._exit(3)
        super().message(opcode, payload)


yardstick.Echo = Echo
serve = yardstick.serve
