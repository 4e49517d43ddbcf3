"""Hostile: replies with a frame of 1 MB that inflates to 1 GiB, where deflate was agreed on."""

import importlib
import sys
import zlib
from pathlib import Path
from typing import Any

from websockets.extensions.permessage_deflate import PerMessageDeflate as Extension
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory as Factory

from . import turn

sys.path.insert(0, str(Path(__file__).parents[3] / "servers"))
ours = importlib.import_module("websockets_asyncio")

LIBRARY = ""
VERSION = "hostile"


def bomb() -> bytes:
    """Return what inflates to a thousand times its length."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezer.flush(zlib.Z_FULL_FLUSH)
    block = squeezer.compress(bytes(1 << 26)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return (block * 16).removesuffix(b"\x00\x00\xff\xff")


class Bent(Extension):
    """The right extension, bent."""

    def encode(self, frame: Any) -> Any:
        """Send the bomb in place of a reply."""
        found = super().encode(frame)
        if frame.opcode < 8 and turn.at_message(len(frame.data)):
            return type(found)(opcode=found.opcode, data=bomb(), fin=True, rsv1=True)
        return found


class BentFactory(Factory):
    """Agrees as it should."""

    def process_request_params(self, *words: Any) -> Any:
        """Agree, with the bent extension."""
        parameters, extension = super().process_request_params(*words)
        extension.__class__ = Bent
        return parameters, extension


ours.ServerPerMessageDeflateFactory = BentFactory
serve = ours.serve
