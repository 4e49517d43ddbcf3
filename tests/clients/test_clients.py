"""The five library clients against a real echo server: one contract, whatever the library."""

import ast
import asyncio
import importlib
import inspect
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

sync_server = pytest.importorskip("websockets.sync.server", reason="the echo server needs websockets")

NAMES = ("ws4py_threaded", "websockets_asyncio", "aiohttp_asyncio", "tornado_asyncio", "picows_asyncio")
SIZES = (0, 125, 126, 65535, 65536, 2**20)
OFFERS = {"websockets_asyncio": "permessage-deflate"}  # the extension offered as shipped; the others: none
CLIENTS_FOLDER = Path(__file__).parents[2] / "clients"


def _answer(peer: Any) -> None:
    """Serve one connection; the path says how."""
    path = peer.request.path
    for message in peer:
        if path == "/echo":
            peer.send(message)
        elif path == "/fragments":
            peer.send([message[:3], message[3:5], message[5:]])
        elif path == "/bye":
            peer.close(4001, "so long")
        elif path == "/empty":
            with peer.send_context():
                peer.protocol.send_close()
        elif path == "/vanish":
            peer.socket.shutdown(socket.SHUT_RDWR)
        elif path == "/deaf":
            with peer.protocol_mutex:  # no frame is read for a while, not even a close frame
                time.sleep(0.8)


def _choose(peer: Any, offered: Sequence[str]) -> str | None:
    return "chat" if peer.request.path == "/chat" and "chat" in offered else None


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Start an echo server on a free port, in a thread; the address without a path."""
    quiet = logging.getLogger("tests.quiet")
    quiet.disabled = True
    options = {"max_size": 2**25, "select_subprotocol": _choose, "logger": quiet}
    with sync_server.serve(_answer, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
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


@pytest.fixture(params=NAMES)
def client(request: pytest.FixtureRequest) -> ModuleType:
    """Import one client, or skip where its library is missing."""
    library = request.param.split("_")[0]
    pytest.importorskip(library, reason=f"{library} is not installed")
    return importlib.import_module(f"wsbench.clients.{request.param}")


def _is_async(client: ModuleType) -> bool:
    return inspect.iscoroutinefunction(client.connect)


async def _open(client: ModuleType, url: str, **options: Any) -> Any:
    if _is_async(client):
        return await client.connect(url, **options)
    return _Awaited(client.connect(url, **options))


def _run(
    client: ModuleType, url: str, talk: Callable[[Any], Coroutine[Any, Any, Any]], **options: Any
) -> Any:
    """Open a connection, run `talk` with it, close it; what `talk` returned."""

    async def conversation() -> Any:
        connection = await _open(client, url, **options)
        try:
            async with asyncio.timeout(15):
                return await talk(connection)
        finally:
            await connection.close()

    return asyncio.run(conversation())


def _text(size: int) -> str:
    """Text of exactly `size` bytes in UTF-8, with characters of one to four bytes."""
    pattern = "aé€🙂"  # 10 bytes
    return pattern * (size // 10) + "x" * (size % 10)


@pytest.mark.parametrize("size", SIZES)
def test_text_and_binary_come_back_unchanged(client: ModuleType, url: str, size: int) -> None:
    """A message comes back whole and of the same type, at every length encoding of the protocol."""

    async def talk(connection: Any) -> None:
        for payload in (_text(size), os.urandom(size)):
            await connection.send(payload)
            reply = await connection.receive()
            assert type(reply) is type(payload)
            assert reply == payload

    _run(client, url + "/echo", talk)


@pytest.mark.parametrize(("depth", "size"), [(64, 20), (256, 2**16)])
def test_pipelined_messages_come_back_in_order(client: ModuleType, url: str, depth: int, size: int) -> None:
    """Many messages, even 16 MiB of them, can be sent before the first is received; order is kept."""

    async def talk(connection: Any) -> None:
        sent = [f"{number:04}".ljust(size) for number in range(depth)]
        for payload in sent:
            await connection.send(payload)
        assert [await connection.receive() for _ in sent] == sent

    _run(client, url + "/echo", talk)


def test_many_connections_at_once(client: ModuleType, url: str) -> None:
    """Sixteen connections of one process each get their own replies."""

    async def talk(first: Any) -> None:
        connections = [first] + [await _open(client, url + "/echo") for _ in range(15)]
        for number, connection in enumerate(connections):
            await connection.send(str(number))
        assert [await connection.receive() for connection in connections] == [str(n) for n in range(16)]
        for connection in connections[1:]:
            await connection.close()

    _run(client, url + "/echo", talk)


@pytest.mark.parametrize("payload", ["aé€🙂 and more", bytes(range(50))])
def test_fragments_are_put_together(client: ModuleType, url: str, payload: str | bytes) -> None:
    """A reply in three frames is received as one message of the first frame's type."""

    async def talk(connection: Any) -> None:
        for _ in range(2):
            await connection.send(payload)
            assert await connection.receive() == payload

    _run(client, url + "/fragments", talk)


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1000, "done"), (4321, "ciao è finita")])
def test_close_returns_what_the_peer_said(client: ModuleType, url: str, code: int, reason: str) -> None:
    """The server echoes the close frame, and `close` returns its code and reason."""

    async def talk(connection: Any) -> tuple[int, str]:
        await connection.send("never received")
        return await connection.close(code, reason)  # type: ignore[no-any-return]

    assert _run(client, url + "/echo", talk) == (code, reason)


@pytest.mark.parametrize(
    ("path", "ended"), [("/bye", (4001, "so long")), ("/empty", (1005, "")), ("/vanish", (1006, ""))]
)
def test_a_lost_connection_is_an_error(
    client: ModuleType, url: str, path: str, ended: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    """`receive` raises ConnectionError with code and reason, each time; `close` returns them; no noise."""
    if path == "/empty" and client.LIBRARY == "tornado":
        ended = (1006, "")  # its quirk, see the docstring

    async def talk(connection: Any) -> tuple[int, str]:
        await connection.send("go")
        for _ in range(2):
            with pytest.raises(ConnectionError, match=rf"^connection lost: .*{ended[0]}.*{ended[1]}.*$"):
                await connection.receive()
        return await connection.close()  # type: ignore[no-any-return]

    assert _run(client, url + path, talk) == ended
    assert not caplog.records


@pytest.mark.parametrize(("path", "selected"), [("/echo", ""), ("/chat", "chat")])
def test_subprotocol_is_the_selected_one(client: ModuleType, url: str, path: str, selected: str) -> None:
    """`subprotocol` is what the server selected of the offer; empty when it selected none."""

    async def talk(connection: Any) -> str:
        return connection.subprotocol  # type: ignore[no-any-return]

    assert _run(client, url + path, talk, subprotocols=("http-only", "chat")) == selected


@pytest.mark.parametrize("equal", [True, False])
def test_extensions_and_nagle(client: ModuleType, url: str, equal: bool) -> None:
    """Equal: nothing negotiated and TCP_NODELAY on; as shipped: what the library does by default."""
    server_port = int(url.rpartition(":")[2])

    async def talk(connection: Any) -> tuple[str, list[bool]]:
        return connection.extensions, _nodelay_of_peers(server_port)

    extensions, nodelay = _run(client, url + "/echo", talk, equal=equal)
    offered = "" if equal else OFFERS.get(client.__name__.rpartition(".")[2], "")
    assert extensions.partition(";")[0] == offered
    assert nodelay == [equal or client.LIBRARY != "tornado"]


def _nodelay_of_peers(port: int) -> list[bool]:
    """TCP_NODELAY of each socket of this process that is connected to `port`, whoever owns it."""
    found = []
    for connection in psutil.Process().net_connections("tcp4"):
        if connection.raddr and connection.raddr.port == port:
            with socket.socket(fileno=os.dup(connection.fd)) as copy:
                found.append(bool(copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    return found


def test_refused_connection_fails_fast(client: ModuleType) -> None:
    """Where nobody listens, `connect` raises an OSError at once."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    begin = time.monotonic()
    with pytest.raises(OSError, match=r"."):
        asyncio.run(_open(client, f"ws://127.0.0.1:{port}/echo"))
    assert time.monotonic() - begin < 1


def test_connect_is_bounded(client: ModuleType) -> None:
    """A server that takes the connection and says nothing makes `connect` raise TimeoutError."""
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(TimeoutError):
        asyncio.run(_open(client, f"ws://127.0.0.1:{mute.getsockname()[1]}/echo", timeout=0.2))


def test_blocking_calls_are_bounded(client: ModuleType, url: str) -> None:
    """Without an answer in time a blocking `receive` and `close` raise TimeoutError."""
    if _is_async(client):
        pytest.skip("the caller bounds an async client")
    connection = client.connect(url + "/deaf", timeout=0.2)
    connection.send("go")
    with pytest.raises(TimeoutError):
        connection.receive()
    with pytest.raises(TimeoutError):
        connection.close()


@pytest.mark.parametrize("path", ["/echo", "/bye", "/vanish"])
def test_close_leaves_nothing_behind(client: ModuleType, url: str, path: str) -> None:
    """After `close` no socket to the server is open and none of the client's threads is alive."""
    server_port = int(url.rpartition(":")[2])

    async def talk(connection: Any) -> None:
        await connection.send("go")

    _run(client, url + path, talk)
    assert _nodelay_of_peers(server_port) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "WebSocketClient"]


def _shape(path: Path) -> list[str]:
    """Public names of a module and of its Connection, in order."""
    names = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names.append(ast.unparse(target))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
            members = node.body if isinstance(node, ast.ClassDef) else []
            names += [f"{node.name}.{m.name}" for m in members if hasattr(m, "name")]
    return [name for name in names if not name.startswith("_") and "._" not in name]


@pytest.mark.parametrize("name", NAMES)
def test_peers_have_the_same_shape(name: str) -> None:
    """Every client file defines the same public names in the same order."""
    members = ["Connection.send", "Connection.receive", "Connection.close"]
    expected = ["LIBRARY", "SPEEDUPS", "connect", "Connection", *members]
    assert _shape(CLIENTS_FOLDER / f"{name}.py") == expected
