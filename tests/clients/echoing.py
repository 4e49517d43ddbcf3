"""An echo server for the tests of clients, which `ANSWERS` by path, and connections that can be awaited."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from types import ModuleType
from typing import Any

import psutil
import pytest

sync_server = pytest.importorskip("websockets.sync.server", reason="the echo server needs websockets")
trustme = pytest.importorskip("trustme", reason="TLS needs certificates")

NAMES = (
    *("ws4py_threaded", "websockets_asyncio", "aiohttp_asyncio", "tornado_asyncio"),
    *("picows_asyncio", "picows_websockets"),
)
DEFLATE = ("websockets_asyncio", "aiohttp_asyncio", "tornado_asyncio", "picows_websockets")
SIZES = (0, 125, 126, 65535, 65536, 2**20)
RECORDS = {"first": (b"\x81\x03one\x82\x03two\x81\x05th",), "rest": (b"ree", b"\x82", b"\x04four")}
"""A message begins in the TLS record of two others and goes on, later, in the next."""
AUTHORITY = trustme.CA()


def _end_unnamed(peer: Any, _message: str) -> None:
    """Send a close frame without a code."""
    with peer.send_context():
        peer.protocol.send_close()


def _stay_deaf(peer: Any, _message: str) -> None:
    """Read no frame for a while, not even a close frame."""
    with peer.protocol_mutex:
        time.sleep(0.8)


def _send_headers(peer: Any, _message: str) -> None:
    peer.send("\n".join(f"{name}: {value}" for name, value in peer.request.headers.raw_items()))


def _ping_often(peer: Any, message: str) -> None:
    for _ in range(30):
        peer.ping()
    peer.send(message)


def _send_records(peer: Any, message: str) -> None:
    for record in RECORDS[message]:
        peer.socket.sendall(record)


ANSWERS: dict[str, Callable[[Any, Any], object]] = {
    "/echo": lambda peer, message: peer.send(message),
    "/fragments": lambda peer, message: peer.send([message[:3], message[3:5], message[5:]]),
    "/bye": lambda peer, _message: peer.close(4001, "so long"),
    "/empty": _end_unnamed,
    "/vanish": lambda peer, _message: peer.socket.shutdown(socket.SHUT_RDWR),
    "/headers": _send_headers,
    "/resumed": lambda peer, _message: peer.send(str(peer.socket.session_reused)),
    "/records": _send_records,
    "/pings": _ping_often,
    "/deaf": _stay_deaf,
    "/chat": lambda _peer, _message: None,
}
"""What the server does with each message, by the path of the connection."""


def _answer(peer: Any) -> None:
    """Serve one connection."""
    answer = ANSWERS[peer.request.path]
    for message in peer:
        answer(peer, message)


def _choose(peer: Any, offered: Sequence[str]) -> str | None:
    return "chat" if peer.request.path == "/chat" and "chat" in offered else None


def context_of(certificate: Any) -> ssl.SSLContext:
    """Return a server's side of TLS; it issues tickets, as it does by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: Any) -> ssl.SSLContext:
    """Return a client's side of TLS that trusts this authority and the system's."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


TRUSTING = trusting(AUTHORITY)


@contextlib.contextmanager
def serving(scheme: str, name: str = "127.0.0.1", **more: Any) -> Iterator[str]:
    """Run an echo server on a free port, in a thread; the address without a path. `more` are its options."""
    quiet = logging.getLogger("tests.quiet")
    quiet.disabled = True
    options: dict[str, Any] = {"max_size": 2**25, "select_subprotocol": _choose, "logger": quiet}
    options |= more
    if scheme == "wss":
        options["ssl"] = context_of(AUTHORITY.issue_cert(name))
    with sync_server.serve(_answer, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Awaited:
    """A blocking connection whose calls can be awaited: each runs at once, in place."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._connection, name)
        if not callable(member):
            return member

        async def call(*args: Any) -> Any:
            return member(*args)

        return call


def is_async(client: ModuleType) -> bool:
    """Whether a client's calls are awaited."""
    return inspect.iscoroutinefunction(client.connect)


async def open_connection(client: ModuleType, url: str, **options: Any) -> Any:
    """Connect, over TLS trusting our authority; the connection can be awaited, whatever its flavour."""
    if url.startswith("wss:"):
        options.setdefault("tls", TRUSTING)
    if is_async(client):
        return await client.connect(url, **options)
    return _Awaited(client.connect(url, **options))


def talk_with(
    client: ModuleType, url: str, talk: Callable[[Any], Coroutine[Any, Any, Any]], **options: Any
) -> Any:
    """Open a connection, run `talk` with it, close it; what `talk` returned."""

    async def conversation() -> Any:
        connection = await open_connection(client, url, **options)
        try:
            async with asyncio.timeout(15):
                return await talk(connection)
        finally:
            await connection.close()

    return asyncio.run(conversation())


def text_of(size: int) -> str:
    """Text of exactly `size` bytes in UTF-8, with characters of one to four bytes."""
    pattern = "aé€🙂"  # 10 bytes
    return pattern * (size // 10) + "x" * (size % 10)


def nodelay_of_peers(port: int) -> list[bool]:
    """TCP_NODELAY of each socket of this process that is connected to `port`, whoever owns it."""
    found = []
    for connection in psutil.Process().net_connections("tcp4"):
        if connection.raddr and connection.raddr.port == port:
            with socket.socket(fileno=os.dup(connection.fd)) as copy:
                found.append(bool(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    return found


def refusal(client: ModuleType, url: str, **options: Any) -> str:
    """Try to connect; what the error says, and nothing stays open."""
    with pytest.raises(OSError, match=r".") as refused:
        asyncio.run(open_connection(client, url, **options))
    gc.collect()
    assert nodelay_of_peers(int(url.rpartition(":")[2].partition("/")[0])) == []
    return str(refused.value)


def fields_of(lines: str) -> dict[str, list[str]]:
    """Return header fields by their names in lower case."""
    fields: dict[str, list[str]] = {}
    for line in lines.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), []).append(value.strip())
    return fields
