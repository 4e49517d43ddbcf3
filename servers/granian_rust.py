"""Granian's embedded server (hyper and tungstenite in Rust), serving raw ASGI in this process.

Its I/O runs in threads of its own, the application on the event loop here; each message crosses over twice.
Equalised: the log is off up to warnings (as shipped it has a line for each client that vanishes). There is no
access log, no ping and no permessage-deflate in either class, and TCP_NODELAY is set. Over TLS it issues
session tickets, which can't be turned off. A frame may have 16 MiB, a fragmented message 64 MiB; neither can
be set. It takes no socket: it listens anew where the given one did.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from . import asgi_echo

LIBRARY = "granian"
DEVIATIONS = {
    "bad-utf8": "closes without a code on invalid UTF-8",
    "too-large": "closes without a code on a frame over 16 MiB, a limit that can't be changed",
}
HANDLER = "asgi_echo.answer"  # called with every message on `/echo`


async def listens(address: tuple[str, int]) -> None:
    """Try to connect until somebody listens there; nothing in Granian says when it does."""
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            _reader, writer = await asyncio.open_connection(*address)
            writer.close()
            return
        await asyncio.sleep(0.01)


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,  # noqa: ARG001  # it can't be set; the built-in one is that of the contract
    certificate: tuple[str, str] | None,
) -> None:
    """Serve where `sock` listened until cancelled."""
    host, port = sock.getsockname()[:2]
    sock.close()
    chain, key = map(Path, certificate) if certificate else (None, None)
    level = LogLevels.warning if equal else LogLevels.info
    server = Server(
        asgi_echo.app,
        host,
        port,
        interface=Interfaces.ASGI,
        log_level=level,
        ssl_cert=chain,
        ssl_key=key,
    )
    serving = asyncio.create_task(server.serve())
    listening = asyncio.create_task(listens((host, port)))
    await asyncio.wait((serving, listening), return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        ready()
    await serving
