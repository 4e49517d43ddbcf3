"""The five library clients against a real echo server, plain and over TLS: one contract, any library."""

import ast
import asyncio
import contextlib
import gc
import hashlib
import importlib
import inspect
import logging
import os
import random
import socket
import ssl
import threading
import time
import warnings
import zlib
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest
from wsbench.websocket import frames

sync_server = pytest.importorskip("websockets.sync.server", reason="the echo server needs websockets")
trustme = pytest.importorskip("trustme", reason="TLS needs certificates")

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser

NAMES = ("ws4py_threaded", "websockets_asyncio", "aiohttp_asyncio", "tornado_asyncio", "picows_asyncio")
SIZES = (0, 125, 126, 65535, 65536, 2**20)
OFFERS = {"websockets_asyncio": "permessage-deflate"}  # the extension offered as shipped; the others: none
DEFLATE = ("websockets_asyncio", "aiohttp_asyncio", "tornado_asyncio")
LEVELS = {"aiohttp": 1}  # the level of compression where the library lets nobody choose; the others: 6
WORDS = ("to", "be", "or", "not", "that", "is", "the", "question")
FLUSHED = b"\0\0\xff\xff"  # what a compressed message leaves out at its end (RFC 7692 section 7.2.1)
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
RECORDS = {  # a message begins in the record of two others and goes on, later, in the next
    "first": (b"\x81\x03one\x82\x03two\x81\x05th",),
    "rest": (b"ree", b"\x82", b"\x04four"),
}
CLIENTS_FOLDER = Path(__file__).parents[2] / "clients"
AUTHORITY = trustme.CA()


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
        elif path in {"/headers", "/resumed", "/records", "/pings"}:
            _tell(peer, message)
        elif path == "/deaf":
            with peer.protocol_mutex:  # no frame is read for a while, not even a close frame
                time.sleep(0.8)


def _tell(peer: Any, message: str) -> None:
    """Answer with what the server knows about the connection, or with bytes cut into TLS records."""
    if peer.request.path == "/headers":
        peer.send("\n".join(f"{name}: {value}" for name, value in peer.request.headers.raw_items()))
    elif peer.request.path == "/resumed":
        peer.send(str(peer.socket.session_reused))
    elif peer.request.path == "/pings":
        for _ in range(30):
            peer.ping()
        peer.send(message)
    else:
        for record in RECORDS[message]:
            peer.socket.sendall(record)


def _choose(peer: Any, offered: Sequence[str]) -> str | None:
    return "chat" if peer.request.path == "/chat" and "chat" in offered else None


def _context(certificate: Any) -> ssl.SSLContext:
    """Return a server's side of TLS; it issues tickets, as it does by default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _trusting(authority: Any) -> ssl.SSLContext:
    """Return a client's side of TLS that trusts this authority and the system's."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


TRUSTING = _trusting(AUTHORITY)


@contextlib.contextmanager
def _serving(scheme: str, name: str = "127.0.0.1") -> Iterator[str]:
    """Run an echo server on a free port, in a thread; the address without a path."""
    quiet = logging.getLogger("tests.quiet")
    quiet.disabled = True
    options: dict[str, Any] = {"max_size": 2**25, "select_subprotocol": _choose, "logger": quiet}
    if scheme == "wss":
        options["ssl"] = _context(AUTHORITY.issue_cert(name))
    with sync_server.serve(_answer, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module", params=["ws", "wss"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start an echo server, plain and over TLS."""
    with _serving(request.param) as address:
        yield address


@pytest.fixture(scope="module")
def secure() -> Iterator[str]:
    """Start an echo server over TLS."""
    with _serving("wss") as address:
        yield address


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


def _import(name: str) -> ModuleType:
    library, _, _ = name.partition("_")
    pytest.importorskip(library, reason=f"{library} is not installed")
    return importlib.import_module(f"wsbench.clients.{name}")


@pytest.fixture(params=NAMES)
def client(request: pytest.FixtureRequest) -> ModuleType:
    """Import one client, or skip where its library is missing."""
    return _import(request.param)


@pytest.fixture(params=DEFLATE)
def deflating(request: pytest.FixtureRequest) -> ModuleType:
    """Import one client that can do permessage-deflate."""
    return _import(request.param)


def _is_async(client: ModuleType) -> bool:
    return inspect.iscoroutinefunction(client.connect)


async def _open(client: ModuleType, url: str, **options: Any) -> Any:
    if url.startswith("wss:"):
        options.setdefault("tls", TRUSTING)
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


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_refused_connection_fails_fast(client: ModuleType, scheme: str) -> None:
    """Where nobody listens, `connect` raises an OSError at once."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    begin = time.monotonic()
    with pytest.raises(OSError, match=r"."):
        asyncio.run(_open(client, f"{scheme}://127.0.0.1:{port}/echo"))
    assert time.monotonic() - begin < 1


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_connect_is_bounded(client: ModuleType, scheme: str) -> None:
    """A server that takes the connection and says nothing makes `connect` raise TimeoutError."""
    # a library that closes its socket by a timer of its own gets to it only in a loop that goes on
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(TimeoutError):
            asyncio.run(_open(client, f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/echo", timeout=0.2))
        gc.collect()


def test_blocking_calls_are_bounded(client: ModuleType, url: str) -> None:
    """Without an answer in time a blocking `receive` and `close` raise TimeoutError."""
    if _is_async(client):
        pytest.skip("the caller bounds an async client")
    options = {"tls": TRUSTING} if url.startswith("wss:") else {}
    connection = client.connect(url + "/deaf", timeout=0.2, **options)
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
    gc.collect()
    assert _nodelay_of_peers(server_port) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "WebSocketClient"]


def test_records_end_where_they_like(client: ModuleType, url: str) -> None:
    """Messages that share a TLS record are received before another comes; one may begin in it and go on."""

    async def talk(connection: Any) -> None:
        await connection.send("first")
        assert [await connection.receive() for _ in range(2)] == ["one", b"two"]
        await connection.send("rest")
        assert [await connection.receive() for _ in range(2)] == ["three", b"four"]

    _run(client, url + "/records", talk)


def test_pings_are_answered_while_messages_are_sent(client: ModuleType, secure: str) -> None:
    """A pong and a message that are sent at the same time, by two threads, don't spoil the TLS connection."""

    async def talk(connection: Any) -> None:
        sent = [f"{number:04}".ljust(500) for number in range(400)]
        for payload in sent:
            await connection.send(payload)
        assert [await connection.receive() for _ in sent] == sent

    _run(client, secure + "/pings", talk)


def _refusal(client: ModuleType, url: str, **options: Any) -> str:
    """Try to connect; what the error says, and nothing stays open."""
    with pytest.raises(OSError, match=r".") as refused:
        asyncio.run(_open(client, url, **options))
    gc.collect()
    assert _nodelay_of_peers(int(url.rpartition(":")[2].partition("/")[0])) == []
    return str(refused.value)


def test_a_certificate_of_another_name_is_refused(client: ModuleType) -> None:
    """The server's name is checked: a trusted certificate of another one is an error in one line."""
    with _serving("wss", "elsewhere.test") as url:
        message = _refusal(client, url + "/echo")
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert "IP address mismatch" in message
    assert "\n" not in message


@pytest.mark.parametrize("tls", [_trusting(trustme.CA()), None])
def test_an_unknown_authority_is_refused(client: ModuleType, secure: str, tls: ssl.SSLContext | None) -> None:
    """The certificate is verified, by the system's authorities where no context is given."""
    message = _refusal(client, secure + "/echo", tls=tls)
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert "\n" not in message


def test_no_tls_session_is_resumed(client: ModuleType, secure: str) -> None:
    """Each connection makes a whole TLS handshake, though the server has handed out tickets before."""

    async def talk(connection: Any) -> str:
        await connection.send("go")
        return await connection.receive()  # type: ignore[no-any-return]

    assert [_run(client, secure + "/resumed", talk) for _ in range(3)] == ["False"] * 3


def _fields(lines: str) -> dict[str, list[str]]:
    """Return header fields by their names in lower case."""
    fields: dict[str, list[str]] = {}
    for line in lines.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), []).append(value.strip())
    return fields


def test_headers_arrive(client: ModuleType, url: str) -> None:
    """What is given in `headers` is sent, repeated names too; Host, Origin and User-Agent replace theirs."""
    headers = [
        *(("Authorization", "Bearer of bad news"), ("X-Twice", "one"), ("X-Twice", "two")),
        *(("Host", "elsewhere.test:81"), ("Origin", "https://elsewhere.test"), ("User-Agent", "me/1")),
    ]

    async def talk(connection: Any) -> dict[str, list[str]]:
        await connection.send("go")
        return _fields(await connection.receive())

    plain = _run(client, url + "/headers", talk)
    fields = _run(client, url + "/headers", talk, headers=headers)
    expected = _fields("\n".join(f"{name}: {value}" for name, value in headers))
    assert {name: fields.get(name) for name in expected} == expected
    assert set(fields) == set(plain) | set(expected)
    assert plain["host"] == [url.partition("//")[2]]


@pytest.mark.parametrize("equal", [True, False])
def test_messages_come_back_through_deflate(deflating: ModuleType, url: str, equal: bool) -> None:
    """With `deflate` a server that can do it agrees, in both classes, and messages come back unchanged."""

    async def talk(connection: Any) -> str:
        for size in SIZES:
            for payload in (_text(size), os.urandom(size)):
                await connection.send(payload)
                assert await connection.receive() == payload
        return connection.extensions  # type: ignore[no-any-return]

    agreed = _run(deflating, url + "/echo", talk, deflate=True, equal=equal)
    assert agreed.partition(";")[0] == "permessage-deflate"


def _accept(link: Any, extensions: str = "") -> str:
    """Answer the opening handshake; what the client offered as extensions."""
    asked = _fields(link.head())
    accept = hashlib.sha1((asked["sec-websocket-key"][0] + GUID).encode()).digest()  # noqa: S324
    answer = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    answer += [f"Sec-WebSocket-Accept: {b64encode(accept).decode()}"]
    answer += [f"Sec-WebSocket-Extensions: {extensions}"] if extensions else []
    link.sock.sendall("\r\n".join([*answer, "\r\n"]).encode())
    return asked.get("sec-websocket-extensions", [""])[0]


def _frame(link: Any) -> tuple[int, bytes]:
    """Return the first byte, reserved bits and all, and the unmasked payload of the next frame."""
    first = link.read(1)[0]
    size = link.read(1)[0] & 0x7F
    if size > 125:
        size = int.from_bytes(link.read(2 if size == 126 else 8), "big")
    mask = link.read(4)
    return first, frames.masked(link.read(size), mask)


def test_close_over_tls_leaves_nothing_to_the_peer(client: ModuleType, scripted: Any) -> None:
    """After `close` the socket is closed, though the server answers the close frame and ends nothing."""
    if client.LIBRARY == "websockets":
        pytest.skip("it leaves the end to the server, for 10 s")
    context = _context(AUTHORITY.issue_cert("127.0.0.1"))

    def behave(link: Any) -> None:
        with context.wrap_socket(link.sock, server_side=True) as link.sock:
            _accept(link)
            link.sock.sendall(frames.server_frame(frames.CLOSE, _frame(link)[1]))
            with socket.socket(fileno=os.dup(link.sock.fileno())) as below:
                while below.recv(65_536):  # TLS's goodbye is left unanswered
                    pass

    async def talk(_connection: Any) -> None:
        """Close at once."""

    port = scripted(behave, raw=True).port
    _run(client, f"wss://127.0.0.1:{port}/echo", talk)
    assert _nodelay_of_peers(port) == []


def test_deflate_keeps_a_window_of_32_kib_both_ways(deflating: ModuleType, scripted: Any) -> None:
    """A plain answer means 15 bits and context takeover; level 6 unless the library insists on its own.

    The same 30,000 random bytes come twice: the second time they are short if, and only if, the sender still
    has the first in its window.
    """
    noise = os.urandom(30_000)
    messages: list[str | bytes] = [" ".join(random.Random(7).choices(WORDS, k=3000)), noise, noise, "to be"]
    received: list[tuple[int, bytes]] = []
    offers: list[str] = []

    def behave(link: Any) -> None:
        offers.append(_accept(link, "permessage-deflate"))
        deflater, inflater = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.decompressobj(-15)
        for _ in messages:
            received.append(_frame(link))
            first, payload = received[-1]
            whole = inflater.decompress(payload + FLUSHED)
            reply = deflater.compress(whole) + deflater.flush(zlib.Z_SYNC_FLUSH)
            link.sock.sendall(frames.server_frame(first & 0x7F, reply.removesuffix(FLUSHED)))
        link.sock.sendall(frames.server_frame(frames.CLOSE, _frame(link)[1]))

    async def talk(connection: Any) -> None:
        for message in messages:
            await connection.send(message)
            assert await connection.receive() == message

    _run(deflating, f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo", talk, deflate=True)
    assert offers[0] in {"permessage-deflate", "permessage-deflate; client_max_window_bits"}
    mine = zlib.compressobj(LEVELS.get(deflating.LIBRARY, 6), zlib.DEFLATED, -15, 8)
    for message, (first, payload) in zip(messages, received, strict=True):
        data = message.encode() if isinstance(message, str) else message
        assert first == (0xC1 if isinstance(message, str) else 0xC2)
        assert payload == (mine.compress(data) + mine.flush(zlib.Z_SYNC_FLUSH)).removesuffix(FLUSHED)
    assert len(received[1][1]) > 30_000
    assert len(received[2][1]) < 1000


def test_deflate_that_is_refused_is_an_error(deflating: ModuleType, scripted: Any) -> None:
    """A server that doesn't agree is told with code 1010 (RFC 6455 section 7.4.1), the caller by an error."""
    ends: list[tuple[int, bytes]] = []

    def behave(link: Any) -> None:
        _accept(link)
        ends.append(_frame(link))
        link.sock.sendall(frames.server_frame(frames.CLOSE, ends[0][1]))

    url = f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo"
    assert (
        _refusal(deflating, url, deflate=True) == f"the server at {url} did not agree on permessage-deflate"
    )
    assert ends == [(0x88, b"\x03\xf2permessage-deflate")]


def test_nothing_is_offered_by_default(client: ModuleType, scripted: Any) -> None:
    """Without `deflate` the equal class offers no extension at all."""
    offers: list[str] = []

    def behave(link: Any) -> None:
        offers.append(_accept(link))
        link.sock.sendall(frames.server_frame(frames.CLOSE, _frame(link)[1]))

    async def talk(_connection: Any) -> None:
        """Close at once."""

    _run(client, f"ws://127.0.0.1:{scripted(behave, raw=True).port}/echo", talk)
    assert offers == [""]


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


def test_peers_take_the_same_parameters(client: ModuleType) -> None:
    """Every `connect` has the same parameters in the same order; `deflate` is there if the library can."""
    expected = ["url", "subprotocols", "headers", "equal", "timeout", "tls"]
    can = client.__name__.rpartition(".")[2] in DEFLATE
    assert list(inspect.signature(client.connect).parameters) == expected + ["deflate"] * can
