"""The contract's requirements about pages, echoed messages and settings of the connection."""

from __future__ import annotations

import time
from collections.abc import Iterable

from ..machine.launcher import Server
from ..targets.contract import ECHO_PATH, EDGES, GREETING, LIMIT, PREFIX, SOCKET_PATH
from ..websocket import frames
from ..websocket.handshake import get
from .check import MULTIBYTE, Requirement, comes_back, connect, dial, need, same, types_of

REPEATS, REPEATS_S = 2_000, 3.0
"""How many messages in a row must come back, at most, and after how many seconds it is enough of them."""

SMALL = tuple(size for size in EDGES if 0 < size < 65_536)
BIG = tuple(size for size in EDGES if size >= 65_536)
"""Those that need 8 bytes for their length, and more than one read of most libraries."""


def _fetch(server: Server, path: str, wanted: tuple[int, ...], body: str = "") -> None:
    response, data = get(server.host, server.port, path, server.patience, tls=server.tls)
    need(response.status in wanted, f"GET {path} was answered with HTTP {response.status}")
    need(not body or data == body.encode(), f"GET {path} returned {data[:40]!r}")


def _index(server: Server) -> None:
    _fetch(server, "/", (200,), GREETING)


def _plain_get(server: Server) -> None:
    for path in (ECHO_PATH, SOCKET_PATH):
        _fetch(server, path, (400, 426))


def _unknown(server: Server) -> None:
    _fetch(server, "/no-such-path", (404,))


def _reference(server: Server) -> None:
    with connect(server, SOCKET_PATH) as peer:
        for text in ("Hello", "", MULTIBYTE):
            peer.send(frames.TEXT, text.encode())
            same(peer.message(), frames.TEXT, (PREFIX + text).encode())


def _payload(opcode: int, size: int) -> bytes:
    if opcode == frames.TEXT:
        return (MULTIBYTE.encode() * (size // 9 + 1))[: size - size % 9] + b"x" * (size % 9)
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def _echo(server: Server, opcodes: Iterable[int], sizes: Iterable[int]) -> None:
    """Have messages of each type and size come back, a connection a type."""
    for opcode in opcodes:
        with connect(server) as peer:
            for size in sizes:
                payload = _payload(opcode, size)
                peer.send(opcode, payload)
                comes_back(server, peer, opcode, payload)


def _text(server: Server) -> None:
    _echo(server, (frames.TEXT,), SMALL)


def _binary(server: Server) -> None:
    _echo(server, (frames.BINARY,), SMALL)


def _empty(server: Server) -> None:
    _echo(server, types_of(server), (0,))


def _large(server: Server) -> None:
    _echo(server, types_of(server), BIG)


def _repeated(server: Server) -> None:
    enough = time.monotonic() + REPEATS_S
    with connect(server) as peer:
        for number in range(REPEATS):
            if time.monotonic() > enough:
                return
            payload = b"%08d" % number
            peer.send(frames.TEXT, payload)
            comes_back(server, peer, frames.TEXT, payload)


def _largest(server: Server) -> None:
    payload = (bytes(range(256)) * (LIMIT // 256))[:LIMIT]
    with connect(server, timeout=20.0) as peer:
        peer.send(frames.BINARY, payload)
        same(peer.message(), frames.BINARY, payload)


def _nodelay(server: Server) -> None:
    with connect(server) as peer:
        peer.send(frames.TEXT, b"x")  # when the answer is here, the server is done with the handshake
        peer.message()
        found = server.nodelay().get(str(peer.sock.getsockname()[1]))
        need(found is not False, "leaves Nagle's algorithm on where the class is equal")


def _floor(server: Server) -> None:
    with dial(server) as sock:
        for size in (1, 70, 65_536):
            payload = (bytes(range(256)) * (size // 256 + 1))[:size]
            sock.sendall(payload)
            back = b""
            while len(back) < size and (more := sock.recv(size)):
                back += more
            need(back == payload, f"{len(back):,} bytes came back for {size:,}, or other ones")


PAGE_REQUIREMENTS = (
    Requirement("index", "GET / answers 200 It Works!", _index, "plain HTTP"),
    Requirement("reference", "text M on /socket comes back as Msg is M", _reference, "plain HTTP"),
    Requirement(
        "plain-get", "a plain GET on /echo and /socket is refused with 400 or 426", _plain_get, "plain HTTP"
    ),
    Requirement("unknown-path", "an unknown path is answered with 404", _unknown, "plain HTTP"),
)
ECHO_REQUIREMENTS = (
    Requirement("echo-text", "text on /echo comes back as text, 1 to 65,535 bytes", _text, "text"),
    Requirement("echo-binary", "binary on /echo comes back as binary, 1 to 65,535 bytes", _binary, "binary"),
    Requirement("echo-empty", "an empty message comes back", _empty, "empty"),
    Requirement("echo-large", "a message of 65,536 bytes comes back", _large, "large"),
    Requirement(
        "echo-repeated",
        f"{REPEATS:,} messages in a row, or as many as {REPEATS_S:g} s allow, come back intact and in order",
        _repeated,
        "order",
    ),
)
LARGEST = Requirement("largest", "a message of 16 MiB comes back", _largest, "limit")
NODELAY = Requirement("nodelay", "TCP_NODELAY is on (equal)", _nodelay, "settings")
FLOOR_REQUIREMENTS = (Requirement("bytes", "the same bytes come back", _floor, "order"),)
