"""Hostile: writes on each of its open files, where it may meet the one that wsbench reads."""

import contextlib
import os

from .polite import Echo, served

LIBRARY = ""
VERSION = "hostile"


def strike() -> None:
    """Write nonsense everywhere."""
    for fd in range(3, 32):
        with contextlib.suppress(OSError):
            os.write(fd, b"not a message\n")


serve = served(Echo, strike)
