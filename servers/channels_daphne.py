"""Django Channels' AsyncWebsocketConsumer on Daphne (Autobahn on Twisted's reactor, on the given event loop).

Equalised, in Daphne: keep-alive pings are off (as shipped, every 20 s), and a connection may last longer than
a day. Autobahn sets TCP_NODELAY; there is neither permessage-deflate nor an access log unless asked for. The
message limit (default 1 MiB) belongs to the contract. Daphne fails by dropping the connection, answers any
close with 1000, and an upgrade on an unknown path with 403. It goes on reading from a peer that doesn't read.

There is no channel layer, no middleware and no database; yet before each message Channels has a thread close
the database connections that are too old.

Over TLS, by pyOpenSSL with session tickets, it listens anew where the given socket did.
"""

import socket
from collections.abc import Callable

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from . import daphne_serve

LIBRARY = "channels"
DEVIATIONS = daphne_serve.DEVIATIONS
SPEEDUPS = daphne_serve.SPEEDUPS
HANDLER = "Echo.receive"  # called with every message on `/echo`

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"])


class Echo(AsyncWebsocketConsumer):
    """`/echo`: the same message, the same type."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Send the message back."""
        await self.send(text_data, bytes_data)


class Reference(AsyncWebsocketConsumer):
    """`/socket`: the reference conversation."""

    async def connect(self) -> None:
        """Print what the reference example prints."""
        await self.accept()
        print("Socket opened")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer with the prefix."""
        text = (bytes_data or b"").decode() if text_data is None else text_data
        await self.send("Msg is " + text)

    async def disconnect(self, _code: int) -> None:
        """Print what the reference example prints."""
        print("Socket closed")


class Unknown(AsyncWebsocketConsumer):
    """Any other path."""

    async def connect(self) -> None:
        """Refuse the upgrade."""
        await self.close()


async def index(_request: HttpRequest) -> HttpResponse:
    """`GET /`."""
    return HttpResponse("It Works!", headers={"Content-Length": "9"})


async def no_upgrade(_request: HttpRequest) -> HttpResponse:
    """Refuse a plain GET on `/echo` and `/socket`."""
    return HttpResponse("WebSocket only", status=426)


urlpatterns = [path("", index), path("echo", no_upgrade), path("socket", no_upgrade)]
websockets = [
    path("echo", Echo.as_asgi()),
    path("socket", Reference.as_asgi()),
    re_path("", Unknown.as_asgi()),
]


async def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    certificate: tuple[str, str] | None,
) -> None:
    """Serve on the listening socket `sock` until cancelled; messages up to `limit` bytes."""
    app = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": URLRouter(websockets)})
    await daphne_serve.run(app, sock, ready, equal=equal, limit=limit, certificate=certificate)
