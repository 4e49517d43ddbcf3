"""Hypercorn on a given socket and the running loop: what the servers on Hypercorn share, no server itself."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

DEVIATIONS = {
    "bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007",
    "too-large": "sends close 1009 once over 16 MiB have come in, not when the header says so",
    "no-deflate": "accepts permessage-deflate whenever it is offered",
    "deflate-invalid": "agrees on permessage-deflate also where the offer has parameters that don't exist",
}


class Given(Config):
    """A configuration with a TLS context that is there already."""

    tls: ssl.SSLContext | None = None

    @property
    def ssl_enabled(self) -> bool:
        """Whether to serve over TLS."""
        return self.tls is not None

    def create_ssl_context(self) -> ssl.SSLContext | None:
        """Return the given context."""
        return self.tls


async def run(
    app: Any, sock: socket.socket, ready: Callable[[], None], *, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve an ASGI application until cancelled, with Hypercorn's defaults in everything but the limit."""
    config = Given()
    config.bind = f"fd://{sock.detach()}"
    config.websocket_max_message_size = limit
    config.tls = tls

    async def answering() -> None:
        """Wait for the end, as Hypercorn does once it listens."""
        ready()
        await asyncio.Event().wait()

    await serve(app, config, shutdown_trigger=answering)
