"""What went wrong, in a word or two that can be counted."""

import errno

import pytest
from wsbench.websocket.failures import ClosedError, is_local, kind_of
from wsbench.websocket.http_messages import SILENT, HandshakeError
from wsbench.websocket.target import worded


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (ClosedError("the server closed", 1011), "closed 1011"),
        (ClosedError("the server ended it"), "closed 1006"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "reset"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "reset"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "refused"),
        (HandshakeError("answered with HTTP 503", "handshake 503"), "handshake 503"),
        (HandshakeError("a wrong Sec-WebSocket-Accept"), "handshake failed"),
        (HandshakeError(SILENT), "timed out"),
        (TimeoutError("timed out"), "timed out"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no route to host"),
        (OSError(errno.EMFILE, "Too many open files"), "no file left"),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), "no port left"),
        (ConnectionError("the TLS connection failed: bad record mac"), "connection failed"),
    ],
)
@pytest.mark.parametrize("opened", [0, 3])
def test_kinds(problem: OSError, kind: str, opened: int):
    """However it is worded, it is of the same kind."""
    assert kind_of(problem) == kind
    assert kind_of(worded(problem, opened, 9)) == kind
    assert is_local(problem) == ("left" in kind)
