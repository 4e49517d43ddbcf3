"""A server file of a user's: it answers the contract's first questions, says its last words and dies."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable

LIBRARY = ""
VERSION = "1"


def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Take one connection and die of it."""
    ready()
    sock.accept()
    print("these are my last words", file=sys.stderr, flush=True)
    os._exit(3)
