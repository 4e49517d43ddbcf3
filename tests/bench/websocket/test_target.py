"""Whom to connect to, and what is said where that fails."""

import errno
import os
from typing import Any

import pytest
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.http_messages import HandshakeError
from wsbench.websocket.target import Target, connected, worded
from wsbench.wire.connect import connect_all


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.ECONNREFUSED, "the server refused a connection, with 7 of 9,000 connections open"),
        (errno.ECONNRESET, "the server reset a connection, with 7 of 9,000 connections open"),
        (errno.EHOSTUNREACH, "No route to host, with 7 of 9,000 connections open"),
        (
            errno.EMFILE,
            "no more files can be open here, with 7 of 9,000 connections open: raise ulimit -n, now ",
        ),
        (
            errno.EADDRNOTAVAIL,
            "no local port is left, with 7 of 9,000 connections open:"
            " widen net.ipv4.ip_local_port_range (sysctl -w), or open fewer",
        ),
    ],
)
def test_a_later_failure_names_how_many_were_open(number: int, line: str):
    """One line each, that says what to do where something can be done."""
    found = worded(OSError(number, os.strerror(number)), 7, 9_000)
    assert isinstance(found, HandshakeError)
    assert str(found).startswith(line)
    assert "\n" not in str(found)


def test_what_the_handshake_said_is_kept():
    """Its own words come first."""
    found = worded(HandshakeError("answered with HTTP 503"), 7, 8)
    assert str(found) == "answered with HTTP 503, with 7 of 8 connections open"


def test_the_first_failure_is_as_it_is():
    """Where none is open yet, there is nothing to add; running out of files is told in any case."""
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    assert worded(refused, 0, 9_000) is refused
    assert "ulimit -n" in str(worded(OSError(errno.EMFILE, "x"), 0, 1))


def test_one_connection_has_what_the_target_says(scripted: Any):
    """Path, host, subprotocols, extensions and headers."""

    def behave(link: Any) -> None:
        link.accept(b"\x89\x00")
        lines = link.request.split("\r\n")
        assert lines[:2] == ["GET /there HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
        assert {"Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: x", "Origin: a"} <= {*lines}

    server = scripted(behave, raw=True)
    target = Target(
        "127.0.0.1",
        server.port,
        "/there",
        5,
        subprotocols=["chat"],
        extensions="x",
        headers=[("Origin", "a")],
    )
    sock, response = connected(target)
    with sock:
        assert (response.status, response.rest, sock.getpeername()[1]) == (101, b"\x89\x00", server.port)


def test_plain_tcp_has_no_handshake(scripted: Any):
    """Nothing is sent, and the status is 0."""
    server = scripted(lambda link: link.read(1), raw=True)
    sock, response = connected(Target("127.0.0.1", server.port, "/", 5, plain=True))
    with sock:
        assert (response.status, response.rest) == (0, b"")


def test_a_refused_handshake_leaves_no_socket(scripted: Any):
    """The server reads the end of the stream."""
    ends = []

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(b"HTTP/1.1 400 No\r\n\r\n")
        ends.append(link.sock.recv(1))

    server = scripted(behave, raw=True)
    with pytest.raises(HandshakeError, match="HTTP 400"):
        connected(Target("127.0.0.1", server.port, "/", 5))
    server.threads[-1].join()
    assert ends == [b""]


@pytest.mark.parametrize(
    ("port", "secure", "wanted"),
    [(80, False, "h"), (443, True, "h"), (443, False, "h:443"), (81, True, "h:81")],
)
def test_the_port_of_the_scheme_goes_without_saying(tls: Any, port: int, secure: bool, wanted: str):
    """As in a browser (RFC 6455 section 4.1): some proxies know a host by its bare name alone."""
    target = Target("h", port, "/", 1.0, tls=tls.client if secure else None)
    assert f"\r\nHost: {wanted}\r\n".encode() in target.ask().data


@pytest.mark.parametrize("count", [1, 3])
def test_where_to_connect_may_be_another_place(count: int):
    """The name of the URL stays in the handshake; one connection, and several side by side."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        target = Target("service.invalid", 80, "/echo", 5.0, via=(server.host, server.port))
        assert b"\r\nHost: service.invalid\r\n" in target.ask().data
        for sock, response in connect_all(target, count):
            assert response.status == 101
            assert sock.getpeername()[1] == server.port
            sock.close()
