"""Breaks the contract: one bit is wrong in every thousandth reply of a connection."""

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
        """Flip the lowest bit of the last byte, now and then."""
        self.count += 1
        if self.count % 1_000 == 0:
            payload = payload[:-1] + bytes([payload[-1] ^ 1])
        super().message(opcode, payload)


yardstick.Echo = Echo
serve = yardstick.serve
