"""HTTP/1.1 requests and responses, as far as the opening handshake needs them (RFC 9110, RFC 9112)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .tls import Stream

Headers = Sequence[tuple[str, str]]
"""Names and values of request headers; one of ours is replaced by one of the same name."""

HEAD_BYTES = 16_384
"""So many bytes of an answer are read at once, at most, so that what follows the head fits into a buffer."""

SILENT = "no answer to the HTTP request in time"
ENDED = "the connection ended before the HTTP answer"


class HandshakeError(ConnectionError):
    """The server did not upgrade the connection as it should."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, headers, and whatever bytes followed the head.

    Names of headers are in lower case; values of headers of one name are joined (RFC 9110 section 5.3).
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    rest: bytes = b""


def authority(host: str, port: int) -> str:
    """Return host and port as they stand in a URL and a Host header: IPv6 in brackets (RFC 3986 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def merged(ours: Headers, theirs: Headers) -> list[tuple[str, str]]:
    """Return both, Host first, and without those of ours that theirs name too."""
    named = {name.lower() for name, _ in theirs}
    both = [*(one for one in ours if one[0].lower() not in named), *theirs]
    return sorted(both, key=lambda one: one[0].lower() != "host")


def request(path: str, host: str, headers: Headers) -> bytes:
    """Return a GET request."""
    lines = [
        f"GET {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in merged([("Host", host)], headers)),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_response(sock: Stream) -> Response:
    """Read an HTTP head.

    Raises `HandshakeError` when the connection ends or is silent before the head is whole.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = sock.recv(HEAD_BYTES)
        except BlockingIOError:
            raise HandshakeError(SILENT) from None
        if not more:
            raise HandshakeError(ENDED)
        data += more
    return response_of(data)


def response_of(data: bytes) -> Response:
    """Return what an answer says whose head is whole."""
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, value = (part.strip() for part in line.split(":", 1)) if ":" in line else (line, "")
        before = headers.get(name.lower())
        headers[name.lower()] = value if before is None else f"{before}, {value}"
    status = first.split(" ")[1:2]
    return Response(int(status[0]) if status and status[0].isdigit() else 0, headers, rest)
