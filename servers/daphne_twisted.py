"""Daphne (Autobahn on Twisted's reactor, that on the given event loop), serving raw ASGI.

Equalised: keep-alive pings are off (as shipped, every 20 s), and a connection may last longer than a day.
Autobahn sets TCP_NODELAY; there is neither permessage-deflate nor an access log unless asked for. The message
limit (default 1 MiB) belongs to the contract. It fails by dropping the connection, answers any close with
1000, and an upgrade on an unknown path with 403. It goes on reading from a peer that doesn't read.

Over TLS, by pyOpenSSL with session tickets, it listens anew where the given socket did. On uvloop Twisted
leaves some sockets open whose client reset the connection while much was waiting to be sent to it.
"""

import socket
from collections.abc import Callable

from . import asgi_echo, daphne_serve

LIBRARY = "daphne"
DEVIATIONS = daphne_serve.DEVIATIONS
SPEEDUPS = daphne_serve.SPEEDUPS
HANDLER = "asgi_echo.answer"  # called with every message on `/echo`


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    certificate: tuple[str, str] | None,
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    await daphne_serve.run(asgi_echo.app, sock, ready, equal=equal, limit=limit, certificate=certificate)
