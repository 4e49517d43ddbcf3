"""A server file of a user's: our yardstick, whose event loop stands still for a fifth of every second."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

from wsbench.servers import stdlib_asyncio

LIBRARY = ""
VERSION = "1"


async def serve(sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int) -> None:
    """Serve, and block the loop for 200 ms once a second."""
    stalling = asyncio.create_task(stall())
    await stdlib_asyncio.serve(sock, ready, equal=equal, limit=limit)
    stalling.cancel()


async def stall() -> None:
    """Do what nobody should do in an event loop."""
    while True:
        await asyncio.sleep(0.8)
        time.sleep(0.2)  # noqa: ASYNC251  # that is the point
