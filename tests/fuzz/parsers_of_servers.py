"""Whatever a server sends: frames, answers to handshakes, compressed messages, replies."""

from __future__ import annotations

import contextlib
import re
import time
import zlib
from typing import Any

import h11
from parser import Parser, words_of
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.headers import parse_extension
from websockets.streams import StreamReader
from wsbench.machine.redirects import _next
from wsbench.standalone import greeting
from wsbench.targets.addresses import address_of
from wsbench.targets.spec import Access
from wsbench.websocket import frames
from wsbench.websocket.handshake import Asked
from wsbench.websocket.http_messages import HandshakeError, Response, response_in
from wsbench.websocket.permessage_deflate import NAME, TAIL, Deflater, Inflater, read_answer

FRAMES = tuple(
    frames.server_frame(opcode, payload, final=final, rsv=rsv)
    for opcode, payload, final, rsv in (
        (frames.TEXT, b"hello", True, 0),
        (frames.TEXT, b"hello", False, frames.RSV1),
        (frames.CONTINUATION, b"x" * 200, True, 0),
        (frames.BINARY, b"", True, 0),
        (frames.BINARY, b"x" * 126, False, 0),
        (frames.CLOSE, b"\x03\xe9going", True, 0),
        (frames.PING, b"x" * 125, True, 0),
        (frames.PONG, b"", True, 0),
    )
)


class WantsMoreError(Exception):
    """The oracle has not got a whole frame."""


def _by_websockets(data: bytes) -> tuple[int, bytes, bool]:
    """Return what `websockets` reads. Raises its errors, and `WantsMoreError`."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing: Any = Frame.parse(reader.read_exact, mask=False, max_size=frames.LONGEST)
    try:
        next(parsing)
    except StopIteration as done:
        return int(done.value.opcode), bytes(done.value.data), done.value.fin
    raise WantsMoreError


def _by_us(data: bytes) -> frames.Frame | ValueError | None:
    try:
        return frames.read_frame(data)
    except ValueError as problem:
        return problem


def frame(data: bytes) -> None:
    """Read a frame as `websockets` does, from the middle of a buffer too, and say how it closes."""
    found = _by_us(data)
    if isinstance(found, ValueError):
        _require_refused(data)
        raise found
    try:
        wanted = _by_websockets(data)
    except WantsMoreError:
        assert found is None
        return
    assert found is not None
    assert (found.opcode, found.payload, found.final) == wanted
    inside = frames.read_frame(memoryview(b"abc" + data + b"d"), 3, 3 + len(data), rsv=7)
    assert inside == found
    assert len(frames.close_said(found.payload).splitlines()) == 1


def _require_refused(data: bytes) -> None:
    """Find a frame that only we refuse: all but control frames whose length is longer than it must be."""
    with contextlib.suppress(WantsMoreError, ProtocolError, PayloadTooBig):
        _by_websockets(data + bytes(200))
        assert data[0] & 8 and data[1] & 0x7F > 125


ASKED = Asked.of("/", "h", headers=[("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])
"""The example of RFC 6455 section 1.3, and so is the first of `HEADS`."""


def head(data: bytes) -> None:
    """Read an HTTP answer, and as h11 does where that accepts it; use all that is made of it."""
    found = response_in(data)
    if found is None:
        return
    assert 0 <= found.status <= 999
    assert found.leads_to.isprintable()
    assert found.words.isprintable()
    _compare_with_h11(data, found)
    ASKED.require(found)


def _compare_with_h11(data: bytes, found: Response) -> None:
    if re.search(rb"(?<!\r)\n|\n[ \t]", data):  # lines that end in a line feed alone, lines that go on
        return
    client = h11.Connection(h11.CLIENT)
    asked = [("Host", "h"), ("Connection", "Upgrade"), ("Upgrade", "websocket")]
    client.send(h11.Request(method="GET", target="/", headers=asked))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    try:
        event = client.next_event()
        while isinstance(event, h11.InformationalResponse) and event.status_code != 101:
            event = client.next_event()
    except h11.RemoteProtocolError:
        return
    if isinstance(event, h11.Response | h11.InformationalResponse):
        headers: dict[str, str] = {}
        for name, value in event.headers:
            before, word = headers.get(name.decode()), value.decode("latin-1")
            headers[name.decode()] = word if before is None else f"{before}, {word}"
        ours = dict(found.headers)
        if "content-length" in headers:  # h11 puts several of them together
            del headers["content-length"], ours["content-length"]
        assert (found.status, ours) == (event.status_code, headers)
        if event.status_code == 101:
            assert client.trailing_data == (found.rest, False)


class _Told:
    """A socket on which a server says something, in two pieces, and leaves."""

    def __init__(self, data: bytes) -> None:
        self.pieces = [data[:5], data[5:], b""]

    def recv(self, _size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def settimeout(self, _seconds: float) -> None:
        """Take any."""

    def sendall(self, _data: bytes) -> None:
        """Take any."""


def greeted(data: bytes) -> None:
    """Hear what a command says to a first handshake, which is the status that the whole head has."""
    answer = greeting._heard(_Told(data), time.monotonic() + 60)
    assert answer.words.isprintable()
    if answer.status:
        assert 0 < answer.status <= 999


def redirect(data: bytes) -> None:
    """Find out where a location leads."""
    there = Response(301, {"location": data.decode("latin-1")}).leads_to
    found = _next(address_of("wss://h/p"), there, Access())
    assert found.tls
    Asked.of(found.path, found.host)


def extensions(data: bytes) -> None:
    """Read the answer to an offer of deflate; what is accepted says the same to `websockets`."""
    answer = data.decode("latin-1")
    found = read_answer(answer)
    ((name, parameters),) = parse_extension(answer.strip(" \t"))  # as it is in a header
    assert name == NAME
    if found.client_bits == 8:  # which is allowed, and zlib can't
        return
    factory = ClientPerMessageDeflateFactory(client_max_window_bits=True)
    agreed: Any = factory.process_response_params(parameters, [])
    assert (found.server_takeover, found.client_takeover) == (
        not agreed.remote_no_context_takeover,
        not agreed.local_no_context_takeover,
    )
    assert (found.server_bits, found.client_bits) == (
        agreed.remote_max_window_bits,
        agreed.local_max_window_bits,
    )


def inflated(data: bytes) -> None:
    """Inflate within a limit what zlib inflates to the same, and have it back deflated."""
    found = Inflater().inflate(data, 5_000)
    assert len(found) <= 5_000
    stream = zlib.decompressobj(-15)
    begun = stream.decompress(data + TAIL)
    assert found.startswith(begun)
    assert found == begun or stream.eof
    assert Inflater().inflate(Deflater().deflate(found), len(found)) == found


HEADS = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x02hi",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 401 No\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ntoken missing",
    b"HTTP/1.0 429 Slow\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n",
    b"HTTP/1.1 301 Moved\r\nLocation: https://h/x\r\nX-Many: a\r\nx-many: b\r\n\r\n",
)
HEADER_WORDS = words_of(
    "HTTP/1.1 HTTP/1.0 101 200 301 429 Upgrade: websocket Connection: Location: Content-Type: text/plain"
    " Content-Length: Transfer-Encoding: chunked Content-Encoding: \xb2"
)
PARAMETERS = (
    "server_no_context_takeover",
    "client_no_context_takeover",
    "server_max_window_bits=10",
    'client_max_window_bits="9"',
)

PARSERS = {
    "frame": Parser(frame, (ValueError,), FRAMES),
    "head": Parser(head, (HandshakeError,), HEADS, (*HEADER_WORDS, b"\r\n", b"\r\n\r\n", b": ", b" ")),
    "greeting": Parser(greeted, (), HEADS, (*HEADER_WORDS, b"\r\n", b" ")),
    "redirect": Parser(
        redirect,
        (HandshakeError,),
        (b"https://h/x", b"/there?a=b#c", b"//h:8443/", b"wss://[::1]/p"),
        words_of("https:// wss:// http:// // h / ? # : @ [ ] [::1 .. % h:80"),
    ),
    "extensions": Parser(
        extensions,
        (HandshakeError,),
        (b"permessage-deflate", "; ".join((NAME, *PARAMETERS)).encode()),
        (*(one.encode() for one in (NAME, *PARAMETERS)), b"; ", b";", b"=", b'"', b",", b"15"),
    ),
    "inflate": Parser(
        inflated,
        (ValueError,),
        (
            Deflater().deflate(b"hello " * 90),
            Deflater(8).deflate(b"hello"),
            zlib.compress(b"hello", wbits=-15) + Deflater().deflate(b"more"),
        ),
        (b"\x00", b"\x03\x00", TAIL),
    ),
}
