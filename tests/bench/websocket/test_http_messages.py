"""HTTP requests as text; what is read of a socket has its tests in test_handshake.py."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.websocket.http_messages import authority, merged, request, response_in, response_of


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


@pytest.mark.parametrize("status", ["", "2000", "20", "020", "\xb2\xb2\xb2", "-20", "9" * 5_000, "2_0"])
def test_a_status_is_three_digits(status: str):
    """Anything else is none (RFC 9112 section 4): Python knows digits and numbers that are no HTTP."""
    assert response_of(f"HTTP/1.1 {status} x\r\n\r\n".encode("latin-1")).status == 0


NAMES = st.from_regex(r"[a-z]([a-z-]{0,8}[a-z])?", fullmatch=True).map(lambda name: f"x-{name}")
VALUES = st.from_regex(rb"([!-~\x80-\xff]([!-~\x80-\xff\t ]{0,9}[!-~\x80-\xff])?)?", fullmatch=True)


@given(
    st.integers(102, 199), st.integers(200, 599), st.lists(st.tuples(NAMES, VALUES), max_size=5), st.binary()
)
def test_what_h11_writes_is_read(interim: int, status: int, headers: list[tuple[str, bytes]], rest: bytes):
    """An interim answer is passed over, headers of one name are one list, and all behind the head is kept."""
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    server.next_event()
    answers = (
        h11.InformationalResponse(status_code=interim, headers=headers),
        h11.Response(status_code=status, headers=[*headers, ("Connection", "close")]),
    )
    data = b"".join(server.send(one) or b"" for one in answers)
    found = response_in(data + rest)
    assert found
    assert (found.status, found.rest) == (status, rest)
    for name, _ in headers:
        values = [value.decode("latin-1") for other, value in headers if other == name]
        assert found.headers[name] == ", ".join(values)
    assert response_in(data[:-1]) is None
