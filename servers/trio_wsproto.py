"""trio-websocket, which is wsproto on trio.

Equal and as shipped are the same: it has no permessage-deflate, pings on request only, keeps no access log,
and trio sets TCP_NODELAY. The message limit (default 1 MiB) belongs to the contract; of texts it counts
characters. So do the answers to plain requests: trio-websocket knows handshakes only, so the head is read
here first and then by trio-websocket once more, which puts one more call on each later read and write.

Quirks: bytes are read 4 KiB at a time, by a task of each connection that hands the messages to another.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_server_stream
from wsproto.utilities import ProtocolError

LIBRARY = "trio-websocket"
DEVIATIONS = {
    "bad-utf8": "drops the connection on invalid UTF-8 without sending close 1007",
    "too-large": "sends close 1009 once over 16 MiB have come in, not when the header says so",
}
HEAD_BYTES = 65_536  # the longest request head
PATIENCE_S = 60.0  # how long a handshake may take, opening or closing, as in trio-websocket's own server


class Reread(trio.abc.ReceiveStream):
    """The receiving half of a connection; its first bytes, which were read already, are read once more."""

    def __init__(self, stream: trio.abc.Stream, first: bytes) -> None:
        self.stream, self.first = stream, first

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """Read."""
        if not self.first:
            return await self.stream.receive_some(max_bytes)
        part = self.first[:max_bytes]
        self.first = self.first[len(part) :]
        return part

    async def aclose(self) -> None:
        """Close."""
        await self.stream.aclose()


async def echo(connection: WebSocketConnection) -> None:
    """`/echo`: the same message, the same type."""
    while True:
        await connection.send_message(await connection.get_message())


async def reference(connection: WebSocketConnection) -> None:
    """`/socket`: the reference conversation."""
    print("Socket opened")
    with contextlib.suppress(ConnectionClosed, UnicodeDecodeError):
        while True:
            message = await connection.get_message()
            text = message if isinstance(message, str) else message.decode()
            await connection.send_message("Msg is " + text)
    print("Socket closed")


async def read_head(stream: trio.abc.Stream) -> bytes:
    """Return what was read up to the end of the request's head, or up to its greatest length."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES and (more := await stream.receive_some()):
        head += more
    return head


def plain_answer(head: bytes) -> bytes:
    """Return the answer to a request that is no handshake for one of our paths, "" for one that is."""
    path = b"".join(head.split(b" ", 2)[1:2])
    status, body = (b"200 OK", b"It Works!") if path == b"/" else (b"404 Not Found", b"Not Found")
    if path in {b"/echo", b"/socket"}:
        if b"\r\nupgrade:" in head.lower():
            return b""
        status, body = b"426 Upgrade Required", b"WebSocket only"
    return b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


async def upgrade(stream: trio.abc.Stream, limit: int) -> None:
    """Make the handshake and serve the connection."""
    async with trio.open_nursery() as nursery:
        with trio.move_on_after(PATIENCE_S) as handshake:
            request = await wrap_server_stream(nursery, stream, max_message_size=limit)
            connection = await request.accept()
        if handshake.cancelled_caught:
            nursery.cancel_scope.cancel()
            return
        with contextlib.suppress(ConnectionClosed):
            await (reference if request.path == "/socket" else echo)(connection)
        with trio.move_on_after(PATIENCE_S):
            await connection.aclose()
        nursery.cancel_scope.cancel()


async def handle(limit: int, stream: trio.abc.Stream) -> None:
    """Answer or upgrade; what one client does ends nobody else."""
    head = b""
    try:
        async with stream:
            with trio.move_on_after(PATIENCE_S):
                head = await read_head(stream)
            if answer := plain_answer(head):
                await stream.send_all(answer)
            else:
                await upgrade(trio.StapledStream(stream, Reread(stream, head)), limit)
    except* (ConnectionClosed, ProtocolError, trio.BrokenResourceError, trio.ClosedResourceError):
        pass


async def run(listener: trio.abc.Listener[Any], ready: Callable[[], None], limit: int) -> None:
    """Serve."""
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, partial(handle, limit), [listener])
        ready()


def serve(
    sock: socket.socket, ready: Callable[[], None], *, equal: bool, limit: int, tls: ssl.SSLContext | None
) -> None:
    """Serve on the listening socket `sock` until the process is ended; messages up to `limit` bytes."""
    del equal
    plain = trio.SocketListener(trio.socket.from_stdlib_socket(sock))
    trio.run(run, trio.SSLListener(plain, tls, https_compatible=True) if tls else plain, ready, limit)
