"""The handshake of TLS before that of WebSocket: what is verified, and each way it fails."""

import contextlib
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.demand.workload import Workload
from wsbench.websocket.handshake import get, open_socket, upgrade
from wsbench.websocket.http_messages import HandshakeError
from wsbench.websocket.tls import TlsSocket
from wsbench.wire.session import WireSession


def _none(_link: Any) -> None:
    pass


@pytest.mark.parametrize("name", ["", "echo.test"])
def test_the_name_that_is_verified(scripted: Any, tls: Any, name: str):
    """By default the host is, else the name that was given; both stand in the certificate."""
    server = scripted(_none, tls=tls.server)
    with open_socket("127.0.0.1", server.port, 5.0, tls=tls.client, name=name) as sock:
        assert isinstance(sock, TlsSocket)
        assert upgrade(sock, "/echo", "somewhere:1").status == 101
        assert sock.getsockname()[0] == "127.0.0.1"


def test_get_under_tls(scripted: Any, tls: Any):
    """A page is fetched under TLS too."""

    def behave(link: Any) -> None:
        link.head()
        link.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nIt Works!")

    server = scripted(behave, raw=True, tls=tls.server)
    response, body = get("127.0.0.1", server.port, "/", 5.0, tls=tls.client)
    assert (response.status, body) == (200, b"It Works!")


def _failure(server: Any, context: ssl.SSLContext, name: str = "") -> str:
    with pytest.raises(HandshakeError, match=r"^the TLS handshake failed: ") as caught:
        open_socket("127.0.0.1", server.port, 0.3, tls=context, name=name)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("the TLS handshake failed: ")


def test_a_certificate_of_unknown_origin(scripted: Any, tls: Any):
    """Who is not trusted is not talked to."""
    why = _failure(scripted(_none, tls=tls.server), ssl.create_default_context())
    assert why.startswith("certificate verify failed: ")


def test_a_certificate_for_another_name(scripted: Any, tls: Any):
    """A trusted certificate must bear the name that was asked for."""
    why = _failure(scripted(_none, tls=tls.server), tls.client, "elsewhere.test")
    assert why.startswith("certificate verify failed: Hostname mismatch")
    assert "elsewhere.test" in why


def test_a_name_that_can_be_none(scripted: Any, tls: Any):
    """A name that TLS can't ask for is told like any other failure."""
    assert "label empty" in _failure(scripted(_none, tls=tls.server), tls.client, ".test")


def test_no_version_in_common(scripted: Any, tls: Any):
    """The server's alert is told."""
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.server.minimum_version = ssl.TLSVersion.TLSv1_3
    assert "protocol version" in _failure(scripted(_none, tls=tls.server), old)


def _silent(link: Any) -> None:
    while link.sock.recv(65_536):
        pass


def _http(link: Any) -> None:
    link.sock.recv(1)
    link.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    _silent(link)


def _gone(link: Any) -> None:
    link.sock.recv(65_536)


def _reset(link: Any) -> None:
    link.sock.recv(1)
    link.reset()


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (_http, "wrong version number"),
        (_silent, "no answer in time"),
        (_gone, "the server ended the connection"),
        (_reset, "Connection reset by peer"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_server_without_tls(scripted: Any, tls: Any, behave: Callable, why: str):
    """HTTP in the place of TLS, silence, the end and a reset are four different failures."""
    assert _failure(scripted(behave, raw=True), tls.client) == why


@pytest.mark.parametrize("behave", [_http, _silent], ids=lambda one: one.__name__)
def test_a_failure_leaves_no_socket(scripted: Any, tls: Any, behave: Callable):
    """The server reads the end of the stream while the error is still being looked at."""
    server = scripted(behave, raw=True)
    with pytest.raises(HandshakeError) as caught:
        open_socket("127.0.0.1", server.port, 0.3, tls=tls.client)
    server.threads[-1].join(5)
    assert not server.threads[-1].is_alive()
    assert caught.value


def test_a_failure_says_why(scripted: Any, tls: Any):
    """The server reads the alert of TLS: that its certificate is not trusted."""
    told = []

    def behave(link: Any) -> None:
        try:
            tls.server.wrap_socket(link.sock, server_side=True).recv(1)
        except ssl.SSLError as problem:
            told.append(problem.reason)

    server = scripted(behave, raw=True)
    _failure(server, ssl.create_default_context())
    server.stop()
    assert told == ["TLSV1_ALERT_UNKNOWN_CA"]


def test_a_session_that_was_resumed_is_refused(scripted: Any, tls: Any, monkeypatch: pytest.MonkeyPatch):
    """Each connection must pay for a handshake of its own."""
    monkeypatch.setattr(TlsSocket, "resumed", True)
    server = scripted(_none, tls=tls.server)
    session = WireSession(server.address, Workload(), [b"x"], plain=False, timeout=5, tls=tls.client)
    with contextlib.closing(session), pytest.raises(HandshakeError, match="was resumed, not a new one made"):
        session.open()


def test_silence_after_the_handshake_ends_too(scripted: Any, tls: Any):
    """Where nothing more comes a read ends after the bound, as without TLS."""
    server = scripted(lambda link: link.sock.recv(1), raw=True, tls=tls.server)
    with (
        open_socket("127.0.0.1", server.port, 0.3, tls=tls.client) as sock,
        pytest.raises(BlockingIOError),
    ):
        sock.recv(1)


def test_no_answer_to_the_request(scripted: Any, tls: Any):
    """A server that says nothing under TLS is told as one without."""
    server = scripted(lambda link: link.read(1_000_000), raw=True, tls=tls.server)
    with (
        open_socket("127.0.0.1", server.port, 0.3, tls=tls.client) as sock,
        pytest.raises(HandshakeError, match="no answer to the HTTP request in time"),
    ):
        upgrade(sock, "/echo", "somewhere:1")
