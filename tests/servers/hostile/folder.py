"""Hostile to the folder of results, HOSTILE_FOLDER: HOSTILE_DEED says what befalls it.

`fill` it until nothing fits, or `remove` it.
"""

import os
import shutil
from pathlib import Path

from . import turn
from .polite import Echo, served

LIBRARY = ""
VERSION = "polite"


def strike() -> None:
    """Do the deed, once."""
    folder = Path(os.environ["HOSTILE_FOLDER"])
    if not turn.once():
        return
    match os.environ["HOSTILE_DEED"]:
        case "fill":
            with (folder / "ballast").open("wb", buffering=0) as file:
                try:
                    while file.write(bytes(4096)):
                        pass
                except OSError:
                    pass
        case "remove":
            shutil.rmtree(folder)


class Bent(Echo):
    """The polite connection, on a machine where a folder comes to harm."""

    def strike(self, opcode: int, payload: bytes) -> None:
        """Do it, and answer."""
        strike()
        if opcode:
            super().strike(opcode, payload)


serve = served(Bent, strike)
