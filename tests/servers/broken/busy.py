"""Never answers and never lets go: it computes for ever once it is ready, deaf to SIGTERM."""

import signal
import socket
from collections.abc import Callable

LIBRARY = ""
VERSION = "broken"


def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Compute one large power after the other; each holds the interpreter's lock for long."""
    del sock, equal, limit
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    while True:
        pow(3, 2_000_000)
