"""Hypercorn on asyncio (wsproto inside), serving raw ASGI.

Nothing had to be equalised: it sets TCP_NODELAY and neither logs accesses nor pings by itself. What can't be
is permessage-deflate, which it accepts from everybody who offers it, with zlib's level 6 and memory level 8.
The message limit (by default 16 MiB too) belongs to the contract; of text it counts characters.
"""

import socket
import ssl
from collections.abc import Callable

from . import asgi_echo, hypercorn_serve

LIBRARY = "hypercorn"
DEVIATIONS = hypercorn_serve.DEVIATIONS
HANDLER = "asgi_echo.answer"  # called with every message on `/echo`


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,  # noqa: ARG001  # there is nothing to change
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool,  # noqa: ARG001  # it is on for whom offers it
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await hypercorn_serve.run(asgi_echo.app, sock, ready, limit=limit, tls=tls)
