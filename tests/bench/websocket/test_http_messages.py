"""HTTP requests as text; what is read of a socket has its tests in test_handshake.py."""

import pytest
from wsbench.websocket.http_messages import authority, merged, request


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
    ("host", "wanted"),
    [("example.org", "example.org:80"), ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")],
)
def test_authority(host: str, wanted: str):
    """An IPv6 address stands in brackets, the port always."""
    assert authority(host, 80) == wanted
