"""Uvicorn on a given socket and the running loop: what the servers on Uvicorn share, no server itself."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import uvicorn

DEVIATIONS = {"header-limit": "never answers an upgrade request with a header over 8 KiB"}  # with websockets
with contextlib.suppress(PackageNotFoundError):
    if int(version("websockets").partition(".")[0]) < 11:
        DEVIATIONS["header-size"] = "refuses a handshake with a header over 4 KiB"
SPEEDUPS: tuple[str, ...] = ("httptools", "websockets")


class Server(uvicorn.Server):
    """Uvicorn that says when connections are answered."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then call `ready`."""
        await super().startup(sockets)
        self.ready()


async def run(  # noqa: PLR0913  # what serve() of a server may take, and the implementation
    app: Any,
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    tls: ssl.SSLContext | None,
    deflate: bool = False,
    ws: Literal["auto", "wsproto"] = "auto",
) -> None:
    """Serve an ASGI application until cancelled; `ws` is the WebSocket implementation, the default by itself.

    Equal: permessage-deflate only as asked for, no keep-alive pings, no access log nor a line a handshake.
    """
    settings: dict[str, Any] = {"ws": ws, "ws_max_size": limit}
    if equal:
        settings |= {"ws_per_message_deflate": deflate, "ws_ping_interval": None}
        settings |= {"access_log": False, "log_level": "warning"}
    config = uvicorn.Config(app, **settings)
    if tls:  # `ssl_context_factory` came late
        config.load()
        config.ssl = tls
    await Server(config, ready).serve(sockets=[sock])
