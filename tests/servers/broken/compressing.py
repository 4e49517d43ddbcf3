"""Keeps the contract with deflate: what we have on websockets. The servers that break it bend this one."""

import importlib
import sys
from pathlib import Path
from typing import Any

from websockets.extensions.permessage_deflate import PerMessageDeflate as Extension
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Factory

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
ours = importlib.import_module("websockets_asyncio")

LIBRARY = ""
VERSION = "compressing"

__all__ = ["Extension", "Factory", "serve", "served"]


def served(kind: type[Factory]) -> Any:
    """Return the `serve` of a server that negotiates as this kind does."""
    ours.ServerPerMessageDeflateFactory = kind
    return ours.serve


serve = served(Factory)
