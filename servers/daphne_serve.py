"""Daphne on a given socket and the running loop: what the servers on Daphne share, no server itself."""

import asyncio
import math
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet import asyncioreactor

DEVIATIONS = {
    "header-limit": "over TLS, never answers a request with a header of 1 MiB",
    "echo-empty": "never answers an empty message",
    "bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007",
    "too-large": "drops the connection on a message over 16 MiB without sending close 1009",
}
SPEEDUPS: tuple[str, ...] = ("_nvx_utf8validator", "_nvx_xormasker")


async def run(
    app: Any,
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    certificate: tuple[str, str] | None,
) -> None:
    """Serve an ASGI application until cancelled; raises `OSError` where it can't listen.

    Equal: no keep-alive pings, no Nagle's algorithm, and a connection may last longer than a day. The reactor
    is not run: running it is running its event loop, which runs already.
    """
    asyncioreactor.install(asyncio.get_running_loop())
    from daphne.server import Server  # it takes the reactor that it finds installed
    from twisted.internet.endpoints import quoteStringArgument

    endpoint = f"fd:fileno={sock.fileno()}"
    if certificate:
        host, port = sock.getsockname()[:2]
        sock.close()
        chain, key = map(quoteStringArgument, certificate)
        endpoint = f"ssl:{port}:interface={host}:certKey={chain}:privateKey={key}:backlog=4096"
    settings = {"ping_interval": math.inf, "websocket_timeout": -1} if equal else {}
    server = Server(app, [endpoint], **settings)
    listens = server.listen_success

    def listen_success(port: Any) -> None:
        """Turn Nagle's algorithm off for all connections: Autobahn can't where Twisted is an old one."""
        if equal:
            port.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listens(port)

    server.listen_success = listen_success
    server.abort_start = True  # set everything up but do not run the reactor
    server.run()
    # since 4.2 the server has settings for it, too
    server.ws_factory.setProtocolOptions(maxMessagePayloadSize=limit, maxFramePayloadSize=limit)
    if not server.listening_addresses:
        raise OSError(f"Daphne can't listen at {endpoint}")
    ready()
    await asyncio.Event().wait()
