"""Uvicorn with wsproto (`ws="wsproto"`), serving raw ASGI.

Equalised: permessage-deflate is off (as shipped it is accepted when offered), keep-alive pings are off (as
shipped, every 20 s), and so are the access log and the line that each handshake gets in the log. asyncio sets
TCP_NODELAY. The message limit (by default 16 MiB too) belongs to the contract. Deflate is zlib's level 6 with
memory level 8, which can't be chosen.
"""

import socket
import ssl
from collections.abc import Callable

from . import asgi_echo, uvicorn_serve

LIBRARY = "uvicorn"
DEVIATIONS = {
    "bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007",
    "too-large": "sends close 1009 once over 16 MiB have come in, not when the header says so",
    "deflate-invalid": "agrees on permessage-deflate also where the offer has parameters that don't exist",
}
SPEEDUPS: tuple[str, ...] = ("httptools",)
HANDLER = "asgi_echo.answer"  # called with every message on `/echo`


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await uvicorn_serve.run(
        asgi_echo.app, sock, ready, equal=equal, limit=limit, tls=tls, deflate=deflate, ws="wsproto"
    )
