"""The opening handshake against servers that get it wrong."""

import contextlib
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from unix_echo import unix_echo
from wsbench.targets.contract import SUBPROTOCOLS
from wsbench.websocket.handshake import MOST_BODY, addresses_of, get, open_socket, upgrade
from wsbench.websocket.http_messages import HandshakeError, Response, authority, response_in

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: %s\r\n\r\n"
WRONG = [
    ("wrong accept", ANSWER % b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a wrong Sec-WebSocket-Accept"),
    ("no accept", b"HTTP/1.1 101 Fine\r\n\r\n", "a wrong Sec-WebSocket-Accept"),
    ("200", b"HTTP/1.1 200 OK\r\n\r\n", "the handshake on /echo was answered with HTTP 200, not 101"),
    ("404", b"HTTP/1.1 404 Not Found\r\n\r\n", "answered with HTTP 404, not 101"),
    ("401", b"HTTP/1.1 401 Who\r\n\r\n", "the handshake on /echo was answered with HTTP 401 Who$"),
    (
        "429",
        b"HTTP/1.1 429 Later\r\nContent-Type: text/plain\r\n\r\nin a minute",
        "the handshake on /echo was answered with HTTP 429 Later: in a minute$",
    ),
    ("no HTTP", b"hello\r\n\r\n", "answered with HTTP 0, not 101"),
    ("truncated", b"HTTP/1.1 101 Switching Pro", "the connection ended before the HTTP answer"),
    ("nothing", b"", "the connection ended before the HTTP answer"),
]


def _try(server: Any, **options: object) -> Response:
    with open_socket("127.0.0.1", server.port, 0.3) as sock:
        return upgrade(sock, "/echo", "somewhere:1", **options)


@pytest.mark.parametrize(("answer", "why"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_answers(scripted: Any, answer: bytes, why: str):
    """Whatever is no proper 101 raises one line that says what came."""

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(answer)

    with pytest.raises(HandshakeError, match=why):
        _try(scripted(behave, raw=True))


def test_silence(scripted: Any):
    """A server that never answers raises after the timeout."""
    with pytest.raises(HandshakeError, match="no answer to the HTTP request in time"):
        _try(scripted(lambda link: link.read(1_000_000), raw=True))


def test_an_answer_in_pieces_is_read_whole(scripted: Any):
    """A head that comes byte by byte is one head."""

    def behave(link: Any) -> None:
        link.head()
        for byte in b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n":
            link.sock.sendall(bytes([byte]))

    with pytest.raises(HandshakeError, match="HTTP 503, not 101"):
        _try(scripted(behave, raw=True))


def test_the_request_offers_what_was_asked(scripted: Any):
    """Version, subprotocols and extensions stand in the request as RFC 6455 section 4.1 has them."""
    heads = []

    def behave(link: Any) -> None:
        heads.append(link.head())

    with pytest.raises(HandshakeError):
        _try(scripted(behave, raw=True), subprotocols=SUBPROTOCOLS, extensions="permessage-deflate")
    lines = heads[0].split("\r\n")
    assert lines[:2] == ["GET /echo HTTP/1.1", "Host: somewhere:1"]
    assert {"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"} <= set(lines)
    assert {"Sec-WebSocket-Protocol: http-only, chat", "Sec-WebSocket-Extensions: permessage-deflate"} <= set(
        lines
    )


def test_a_good_answer_comes_with_what_followed(scripted: Any):
    """Bytes right after the head belong to the connection and are handed over."""
    found = _try(scripted(lambda link: link.accept(b"\x89\x00"), raw=True))
    assert (found.status, found.headers["upgrade"], found.rest) == (101, "websocket", b"\x89\x00")


@pytest.mark.parametrize("length", [True, False])
def test_get_returns_head_and_body(scripted: Any, length: bool):
    """The body ends at its length or, without one, with the connection."""

    def behave(link: Any) -> None:
        link.head()
        size = b"Content-Length: 9\r\n" if length else b""
        link.sock.sendall(b"HTTP/1.1 200 OK\r\n" + size + b"\r\nIt ")
        link.sock.sendall(b"Works!")

    response, body = get("127.0.0.1", scripted(behave, raw=True).port, "/", 5.0)
    assert (response.status, body) == (200, b"It Works!")


def test_headers_go_with_the_handshake(scripted: Any):
    """Host and key are theirs where they say so, and the answer is held against that key."""

    def behave(link: Any) -> None:
        link.accept()
        lines = link.request.split("\r\n")
        assert lines[1] == "Host: elsewhere"
        assert [line for line in lines if line.startswith(("Sec-WebSocket-Key", "Origin", "Host"))] == [
            "Host: elsewhere",
            "Origin: https://a",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        ]

    headers = [
        ("Host", "elsewhere"),
        ("Origin", "https://a"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ]
    assert _try(scripted(behave, raw=True), headers=headers).status == 101


def test_headers_of_one_name_are_one_list(scripted: Any):
    """An extension in a header line of its own is not lost."""
    server = scripted(lambda link: link.accept(headers="X-Many: a\r\nx-many: b\r\n"), raw=True)
    assert _try(server).headers["x-many"] == "a, b"


def test_get_sends_host_and_headers(scripted: Any):
    """A plain GET names host and port, and what it was given."""
    heads = []

    def behave(link: Any) -> None:
        heads.append(link.head())
        link.sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    server = scripted(behave, raw=True)
    get("127.0.0.1", server.port, "/x", 5.0, headers=[("Authorization", "Bearer t")])
    assert heads[0].split("\r\n") == [
        "GET /x HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Connection: close",
        "Authorization: Bearer t",
    ]


def test_nobody_listens():
    """A refused connection is the system's own error."""
    with pytest.raises(ConnectionRefusedError):
        open_socket("127.0.0.1", 1, 1.0)


def test_a_unix_socket_is_connected_to(tmp_path: Path):
    """By its path; it has a name for servers that want one, and no port."""
    with unix_echo(tmp_path) as path, open_socket(path, 0, 5.0) as sock:
        found = upgrade(sock, "/echo", authority(path, 0))
        assert found.status == 101
        with open_socket(path, 0, 0.05) as silent, pytest.raises(BlockingIOError):  # bounded as TCP is
            silent.recv(1)
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: '/no/such\.sock'"):
        open_socket("/no/such.sock", 0, 5.0)


def test_a_unix_socket_whose_queue_is_full_is_waited_for(tmp_path: Path):
    """With the bound of any connect."""
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as full, contextlib.ExitStack() as kept:
        full.bind(path)
        full.listen(0)
        kept.enter_context(open_socket(path, 0, 5.0))
        with pytest.raises(TimeoutError):
            open_socket(path, 0, 0.05)


def test_where_a_host_is():
    """A name or number has addresses of TCP, a path is one itself."""
    assert addresses_of("127.0.0.1", 81) == [(socket.AF_INET, ("127.0.0.1", 81))]
    assert addresses_of("/run/e.sock", 0) == [(socket.AF_UNIX, "/run/e.sock")]


def endless(link: Any, piece: bytes, pause: float = 0.0) -> None:
    """Answer the handshake with a piece again and again, until the other side has gone."""
    link.head()
    with contextlib.suppress(OSError):
        while True:
            link.sock.sendall(piece)
            time.sleep(pause)


@pytest.mark.parametrize(
    ("piece", "pause", "why"),
    [
        (b"X-Filler: " + b"x" * 1_000 + b"\r\n", 0.0, "the HTTP answer's head is longer than 65,536 bytes"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 40, 0.0, "the HTTP answer's head is longer than 65,536 bytes"),
        (b"x", 0.02, "no answer to the HTTP request in time"),
    ],
    ids=["endless headers", "endless interim answers", "a byte now and then"],
)
def test_an_answer_without_end_ends(scripted: Any, piece: bytes, pause: float, why: str):
    """Whatever comes, and however slowly: the whole answer has a time, and its head a size."""
    server = scripted(lambda link: endless(link, piece, pause), raw=True)
    with open_socket("127.0.0.1", server.port, 0.3) as sock, pytest.raises(HandshakeError, match=why):
        upgrade(sock, "/echo", "somewhere:1", timeout=0.1 if pause else 3.0)


def test_interim_answers_are_passed_over():
    """RFC 9110 section 15.2: 100 and 103 come before the answer, and are none."""
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    found = response_in(early + b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\nrest")
    assert found == Response(101, {"a": "b"}, b"rest", "Switching Protocols")
    assert response_in(early) is None
    assert response_in(early + b"HTTP/1.1 101") is None


def test_of_a_long_body_the_beginning_is_read(scripted: Any):
    """Nobody needs more of a page that says no."""

    def behave(link: Any) -> None:
        link.head()
        with contextlib.suppress(OSError):
            link.sock.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 4_000_000)

    response, body = get("127.0.0.1", scripted(behave, raw=True).port, "/", 1.0)
    assert (response.status, len(body)) == (500, MOST_BODY)


@pytest.mark.parametrize("length", ["-1", "five", "9" * 40, ""])
def test_a_nonsensical_length_is_none(scripted: Any, length: str):
    """The body then goes to the end of the connection."""

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\nIt Works!" % length.encode())

    assert get("127.0.0.1", scripted(behave, raw=True).port, "/", 1.0)[1] == b"It Works!"
