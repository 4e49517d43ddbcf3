"""Breaks the contract: pings are swallowed."""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
yardstick = importlib.import_module("stdlib_asyncio")

LIBRARY = ""
VERSION = "broken"


class Echo(yardstick.Echo):
    """The yardstick's connection, bent."""

    def dispatch(self, opcode: int, payload: bytes, *, final: bool) -> None:
        """Ignore pings."""
        if opcode != yardstick.PING:
            super().dispatch(opcode, payload, final=final)


yardstick.Echo = Echo
serve = yardstick.serve
