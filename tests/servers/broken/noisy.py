"""Keeps the contract, but prints two thousand lines at once for every connection, and one per message."""

import asyncio
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "broken"


class Echo(yardstick.Echo):
    """The yardstick's connection, bent."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Print what fills any pipe, many times over."""
        super().connection_made(transport)
        for number in range(2_000):
            print(f"noise {number} " + "x" * 200)

    def message(self, opcode: int, payload: bytes) -> None:
        """Print and answer."""
        print("a message")
        super().message(opcode, payload)


yardstick.Echo = Echo
serve = yardstick.serve
