"""HTTP requests as text; what is read of a socket has its tests in test_handshake.py."""

import pytest
from wsbench.websocket.http_messages import authority, merged, request, response_of


def test_request_is_a_whole_head():
    """A request ends in an empty line."""
    assert request("/x", "h", [("A", "b")]) == b"GET /x HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"


def test_a_header_of_theirs_replaces_ours():
    """Names are told apart without case; several of one name all stand; Host comes first."""
    theirs = [("Origin", "https://a"), ("cookie", "b=1"), ("Cookie", "c=2"), ("host", "elsewhere")]
    assert merged([("Host", "h"), ("Upgrade", "websocket"), ("Origin", "none")], theirs) == [
        ("host", "elsewhere"),
        ("Upgrade", "websocket"),
        *theirs[:3],
    ]


@pytest.mark.parametrize(
    ("host", "port", "tls", "wanted"),
    [
        ("example.org", 80, None, "example.org:80"),
        ("127.0.0.1", 443, None, "127.0.0.1:443"),
        ("::1", 80, None, "[::1]:80"),
        ("h", 80, False, "h"),
        ("h", 443, True, "h"),
        ("::1", 443, True, "[::1]"),
        ("h", 443, False, "h:443"),
        ("h", 80, True, "h:80"),
        ("h", 81, False, "h:81"),
        ("/run/e.sock", 0, None, "localhost"),
    ],
)
def test_authority(host: str, port: int, tls: bool | None, wanted: str):
    """An IPv6 address stands in brackets, and no port that the scheme has by itself."""
    assert authority(host, port, tls=tls) == wanted


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", "HTTP 401 Unauthorized"),
        (b"HTTP/1.1 401\r\n\r\n", "HTTP 401 Unauthorized"),
        (b"HTTP/1.1 429 Slow  down\x1b[1m\r\n\r\n", "HTTP 429 Slow down[1m"),
        (b"HTTP/1.1 299 \r\n\r\n", "HTTP 299"),
        (b"HTTP/1.1 401 No\r\n" + PLAIN + b"\r\ntoken missing\n", "HTTP 401 No: token missing"),
        (b"HTTP/1.1 401 No\r\n" + PLAIN + b"\r\n a\r\n b\x07 \xc3\xa4\xff", "HTTP 401 No: a b ä"),
        (b"HTTP/1.1 401 No\r\n" + PLAIN + b"\r\n" + b"x" * 200, "HTTP 401 No: " + "x" * 80),
        (
            b'HTTP/1.1 403 No\r\nContent-Type: application/json\r\n\r\n{"error": "token\n missing"}',
            'HTTP 403 No: {"error": "token missing"}',
        ),
        (b"HTTP/1.1 403 No\r\nContent-Type: application/problem+json\r\n\r\n{}", "HTTP 403 No: {}"),
        (b"HTTP/1.1 403 No\r\nContent-Type: text/html\r\n\r\n<p>x", "HTTP 403 No"),
        (b"HTTP/1.1 403 No\r\n\r\nx", "HTTP 403 No"),
        (b"HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\n" + PLAIN + b"\r\nx", "HTTP 403 No"),
        (
            b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n" + PLAIN + b"\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP 403 No: abc",
        ),
        (b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n" + PLAIN + b"\r\nzz", "HTTP 403 No"),
    ],
)
def test_what_a_refusal_says_is_told(data: bytes, words: str):
    """Its reason, and of a text what has come of it: one line that no terminal obeys."""
    assert response_of(data).words == words
