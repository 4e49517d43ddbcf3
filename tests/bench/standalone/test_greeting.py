"""What is made of whatever comes for a handshake; test_command.py waits for servers with it."""

import socket
from typing import Any

import pytest
from wsbench.standalone.command import addresses, free_port
from wsbench.standalone.greeting import REFUSED, SILENT, Answer, Door, accepts, greet, request_of


def answered(scripted: Any, data: bytes) -> Answer:
    """Return what is made of bytes that come for a handshake."""

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(data)

    server = scripted(behave, raw=True)
    return greet("127.0.0.1", server.port, request_of("/", "h", 1, [], []), 5.0)


@pytest.mark.parametrize(
    ("data", "answer", "final"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Answer(404, "HTTP 404 Not Found"), True),
        (b"HTTP/1.1 426\n", Answer(426, "HTTP 426"), True),
        (b"HTTP/1.0 301 Gone\x1b[1m\r\n\r\n", Answer(301, "HTTP 301 Gone[1m"), True),
        (b"HTTP/1.1 503 " + b"x" * 100 + b"\r\n\r\n", Answer(503, "HTTP 503 " + "x" * 76), False),
        (b"HTTP/1.1 500 Oops\r\n\r\n", Answer(500, "HTTP 500 Oops"), False),
        (b"hello\n", Answer(0, "'hello', which is no HTTP answer"), True),
        (b"HTTP/1.1 nine\n", Answer(0, "'HTTP/1.1 nine', which is no HTTP answer"), True),
        (b"HTTP/1.1 \xb2\xb2\xb2\n", Answer(0, "'HTTP/1.1 ²²²', which is no HTTP answer"), True),
        (b"HTTP/1.1 200", Answer(200, "HTTP 200"), True),
        (b"", Answer(None, "accepted the connection and closed it"), False),
    ],
)
def test_what_comes_is_said_in_words(scripted: Any, data: bytes, answer: Answer, final: bool):
    """A server that says something serves, a proxy's 5xx apart; terminals obey nothing of it."""
    found = answered(scripted, data)
    assert found == answer
    assert found.is_final == final


def test_where_nothing_comes():
    """Nobody listens, or somebody who does not answer; one that resets is neither."""
    port = free_port("127.0.0.1")
    assert greet("127.0.0.1", port, b"x", 5.0) == REFUSED
    assert not accepts("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert accepts("127.0.0.1", port)
        assert greet("127.0.0.1", port, b"x", 0.05) == SILENT


def test_a_reset_is_no_answer(scripted: Any):
    """A proxy without a server behind it may do so."""

    def behave(link: Any) -> None:
        link.head()
        link.reset()

    server = scripted(behave, raw=True)
    found = greet("127.0.0.1", server.port, request_of("/", "h", 1, [], []), 5.0)
    assert found == Answer(None, "reset the connection")
    assert not found.is_final


def test_a_connection_that_was_opened_is_closed_as_it_should_be(scripted: Any):
    """With a close frame: the server has nothing to complain of."""
    seen: list[tuple[int, bytes]] = []

    def behave(link: Any) -> None:
        seen.append(link.frame())

    server = scripted(behave)
    found = greet("127.0.0.1", server.port, request_of("/echo", "h", 1, [], []), 5.0)
    server.stop()
    assert found.status == 101
    assert seen == [(8, b"\x03\xe8")]


def test_a_request_is_what_a_client_sends():
    """Theirs replace ours; an IPv6 address stands in brackets."""
    lines = request_of("/x%20y?z", "::1", 81, [["Origin", "o"], ["upgrade", "WebSocket"]], ["a", "b"])
    said = lines.decode().split("\r\n")
    assert said[:2] == ["GET /x%20y?z HTTP/1.1", "Host: [::1]:81"]
    assert {"Origin: o", "upgrade: WebSocket", "Sec-WebSocket-Protocol: a, b"} <= set(said)
    assert "Upgrade: websocket" not in said
    assert said[-2:] == ["", ""]


def test_the_first_address_that_opens_counts(scripted: Any):
    """Then the first where somebody listens; where nobody does anywhere, it is the first of all."""
    good = scripted(lambda link: link.frame())
    other, nobody = "127.0.0.2", "127.0.0.3"
    hosts = [nobody, "127.0.0.1"]
    assert Door(hosts, good.port, "/").knock(5.0)[0] == "127.0.0.1"
    with socket.create_server((other, good.port)):
        assert Door([other, "127.0.0.1"], good.port, "/").knock(0.3)[1].status == 101
        assert Door([nobody, other], good.port, "/").knock(0.05) == (other, SILENT)
    assert Door([nobody, other], good.port, "/").knock(5.0) == (nobody, REFUSED)


def test_where_localhost_may_be():
    """Both loopback addresses; any other host is what it is."""
    assert addresses("127.0.0.1") == ("127.0.0.1", "::1")
    assert addresses("0.0.0.0") == ("0.0.0.0",)  # noqa: S104  # no server is started
