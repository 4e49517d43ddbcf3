"""Breaks the contract: a connection gets no answer any more after 600 messages."""

import importlib
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
        if self.count <= 600:
            super().message(opcode, payload)
        elif self.count == 601:
            print("tired of answering")


yardstick.Echo = Echo
serve = yardstick.serve
