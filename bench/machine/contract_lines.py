"""The contract line by line: for each, its name, what it says, and an attempt against a running server."""

from __future__ import annotations

from collections.abc import Callable

from ..measuring.handshake import get, open_socket
from ..measuring.peer import Peer
from ..values import frames
from ..values.contract import ECHO_PATH, EDGES, GREETING, LIMIT, PREFIX, SOCKET_PATH, SUBPROTOCOLS
from .launcher import Server

REPEATS = 2_000
BROKEN_UTF8 = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80"  # a lone surrogate at the end
MULTIBYTE = "ä€𝄞"  # 2, 3 and 4 bytes a character


class Broken(Exception):  # noqa: N818  # it reads as what it says: the line is broken
    """A contract line does not hold; the message says what came instead."""


Line = tuple[str, str, Callable[[Server], None]]


def need(condition: object, what: str) -> None:
    """Raise `Broken` unless the condition holds."""
    if not condition:
        raise Broken(what)


def connect(server: Server, path: str = "", **options: object) -> Peer:
    """Open a raw connection to `path`, by default where the server echoes."""
    return Peer((server.host, server.port, path or server.path), **options)  # type: ignore[arg-type]


def _fetch(server: Server, path: str, wanted: tuple[int, ...], body: str = "") -> None:
    response, data = get(server.host, server.port, path, timeout=5.0)
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
            _same(peer.message(), frames.TEXT, (PREFIX + text).encode())


def _subprotocols(server: Server) -> None:
    with connect(server, SOCKET_PATH, subprotocols=SUBPROTOCOLS) as peer:
        chosen = peer.response.headers.get("sec-websocket-protocol", "")
        need(not chosen, f"selected the subprotocol {chosen!r}")


def _same(reply: tuple[int, bytes], opcode: int, payload: bytes) -> None:
    why = frames.difference(*reply, opcode, payload)
    need(not why, why)


def _text(server: Server) -> None:
    with connect(server) as peer:
        for size in EDGES:
            payload = (MULTIBYTE.encode() * (size // 9 + 1))[: size - size % 9] + b"x" * (size % 9)
            peer.send(frames.TEXT, payload)
            _same(peer.message(), frames.TEXT, payload)


def _binary(server: Server) -> None:
    with connect(server) as peer:
        for size in EDGES:
            payload = (bytes(range(256)) * (size // 256 + 1))[:size]
            peer.send(frames.BINARY, payload)
            _same(peer.message(), frames.BINARY, payload)


def _repeated(server: Server) -> None:
    with connect(server) as peer:
        for number in range(REPEATS):
            payload = b"%08d" % number
            peer.send(frames.TEXT, payload)
            _same(peer.message(), frames.TEXT, payload)


def _largest(server: Server) -> None:
    payload = (bytes(range(256)) * (LIMIT // 256))[:LIMIT]
    with connect(server, timeout=20.0) as peer:
        peer.send(frames.BINARY, payload)
        _same(peer.message(), frames.BINARY, payload)


def _too_large(server: Server) -> None:
    """Send the header alone: the rest, sent into a closed connection, would hide the answer."""
    with connect(server) as peer:
        peer.sock.sendall(frames.header(frames.BINARY, LIMIT + 1, masked=True) + bytes(4 + 1000))
        _closes(peer, 1009)


def _closes(peer: Peer, code: int) -> None:
    frame = peer.receive()
    need(frame.opcode == frames.CLOSE, f"answered with {frames.OPCODES[frame.opcode]}, not with close {code}")
    found = frames.close_code(frame.payload)
    need(found == code, f"closed with code {found}, not {code}")


def _ping(server: Server) -> None:
    with connect(server) as peer:
        for payload in (b"", b"are you there", bytes(range(125))):
            peer.send(frames.PING, payload)
            frame = peer.receive()
            need(frame.opcode == frames.PONG, f"answered a ping with {frames.OPCODES[frame.opcode]}")
            need(frame.payload == payload, "the pong's payload is not the ping's")


def _close(server: Server) -> None:
    with connect(server) as peer:
        peer.send(frames.CLOSE, (1000).to_bytes(2, "big") + b"bye")
        _closes(peer, 1000)


def _fragments(server: Server) -> None:
    for opcode, payload in ((frames.TEXT, MULTIBYTE.encode() * 3), (frames.BINARY, bytes(range(200)))):
        with connect(server) as peer:
            peer.send(opcode, payload[:10], final=False)
            peer.send(frames.CONTINUATION, b"", final=False)
            peer.send(frames.CONTINUATION, payload[10:13], final=False)
            peer.send(frames.CONTINUATION, payload[13:])
            _same(peer.message(), opcode, payload)


def _bad_utf8(server: Server) -> None:
    with connect(server) as peer:
        peer.send(frames.TEXT, BROKEN_UTF8)
        _closes(peer, 1007)


def _no_deflate(server: Server) -> None:
    with connect(server, extensions="permessage-deflate") as peer:
        agreed = peer.response.headers.get("sec-websocket-extensions", "")
        need(not agreed, f"agreed on {agreed!r} where the class is equal")


def _nodelay(server: Server) -> None:
    with connect(server) as peer:
        peer.send(frames.TEXT, b"x")  # when the answer is here, the server is done with the handshake
        peer.message()
        found = server.nodelay().get(str(peer.sock.getsockname()[1]))
        need(found is not False, "leaves Nagle's algorithm on where the class is equal")


def _floor(server: Server) -> None:
    with open_socket(server.host, server.port, 5.0) as sock:
        for size in (1, 70, 65_536):
            payload = (bytes(range(256)) * (size // 256 + 1))[:size]
            sock.sendall(payload)
            back = b""
            while len(back) < size and (more := sock.recv(size)):
                back += more
            need(back == payload, f"{len(back):,} bytes came back for {size:,}, or other ones")


ECHO_LINES: tuple[Line, ...] = (
    ("echo-text", "text on /echo comes back as text, 0 to 65,536 bytes", _text),
    ("echo-binary", "binary on /echo comes back as binary, 0 to 65,536 bytes", _binary),
    ("echo-repeated", f"{REPEATS:,} messages in a row come back intact and in order", _repeated),
    ("ping", "a ping is answered with its payload", _ping),
    ("close", "a close is echoed", _close),
    ("fragments", "a fragmented message is reassembled", _fragments),
    ("bad-utf8", "invalid UTF-8 is refused with close 1007", _bad_utf8),
)
PAGE_LINES: tuple[Line, ...] = (
    ("index", "GET / answers 200 It Works!", _index),
    ("reference", "text M on /socket comes back as Msg is M", _reference),
    ("subprotocols", "an offer of http-only, chat is accepted and none selected", _subprotocols),
)
SIZE_LINES: tuple[Line, ...] = (
    ("largest", "a message of 16 MiB comes back", _largest),
    ("too-large", "a message over 16 MiB is refused with close 1009", _too_large),
    ("plain-get", "a plain GET on /echo and /socket is refused with 400 or 426", _plain_get),
    ("unknown-path", "an unknown path is answered with 404", _unknown),
)
EQUAL_LINES: tuple[Line, ...] = (
    ("no-deflate", "an offer of permessage-deflate is not accepted (equal)", _no_deflate),
    ("nodelay", "TCP_NODELAY is on (equal)", _nodelay),
)
FLOOR_LINES: tuple[Line, ...] = (("bytes", "the same bytes come back", _floor),)
