"""Uvicorn with websockets (`ws="auto"`, its default, with that installed), serving raw ASGI.

That is websockets' sans-I/O protocol (`"websockets-sansio"`); in old versions, of which some had that but for
empty messages, it is its legacy server (`"websockets"`).

Equalised: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings are off (as
shipped, every 20 s), and so are the access log and the line that each handshake gets in the log. asyncio sets
TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract. Deflate can't be made equal:
the windows are fixed at 12 bits.
"""

import socket
import ssl
from collections.abc import Callable

from . import asgi_echo, uvicorn_serve

LIBRARY = "uvicorn"
DEVIATIONS = uvicorn_serve.DEVIATIONS
SPEEDUPS = uvicorn_serve.SPEEDUPS
HANDLER = "asgi_echo.answer"  # called with every message on `/echo`


async def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await uvicorn_serve.run(asgi_echo.app, sock, ready, equal=equal, limit=limit, tls=tls)
