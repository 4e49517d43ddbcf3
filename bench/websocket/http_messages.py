"""HTTP/1.1 requests and responses, as far as the opening handshake needs them (RFC 9110, RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from .deadline import Deadline
from .tls import Stream

Headers = Sequence[tuple[str, str]]
"""Names and values of request headers; one of ours is replaced by one of the same name."""

HEAD_BYTES = 16_384
"""So many bytes of an answer are read at once, at most, so that what follows the head fits into a buffer."""

MOST_HEAD = 65_536
"""Bytes of an answer's head, with all interim answers before it; servers and proxies send 32 KiB at most."""

TOLD = 80
"""So many characters of what a server says are told, at most."""

SPACE = " \t"
"""What may stand around a value and is no part of it (RFC 9110 section 5.6.3)."""

_TEXT = re.compile(r"text/plain|application/([\w.-]+\+)?json")
_STATUS = re.compile(r"[1-9][0-9]{2}")
_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]{1,8}")

SILENT = "no answer to the HTTP request in time"
ENDED = "the connection ended before the HTTP answer"


REDIRECTS = {301, 302, 303, 307, 308}
"""With these a server says that it is somewhere else."""


class HandshakeError(ConnectionError):
    """The server did not upgrade the connection as it should; `kind` says it in a word or two, if at all."""

    def __init__(self, message: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, headers, whatever bytes followed the head, and the reason it gives.

    Names of headers are in lower case; values of headers of one name are joined (RFC 9110 section 5.3).
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    rest: bytes = b""
    reason: str = ""

    @property
    def leads_to(self) -> str:
        """Where a redirect sends a client, "" where it is none, without what a terminal would obey."""
        location = self.headers.get("location", "") if self.status in REDIRECTS else ""
        return "".join(one for one in location if one.isprintable())

    @property
    def words(self) -> str:
        """Status and reason, and the beginning of a body that says why, as far as it has come."""
        reason = self.reason or _PHRASES.get(self.status, "")
        return f"HTTP {self.status} {reason}".rstrip() + (f": {text}" if (text := _text_of(self)) else "")


_PHRASES = {one.value: one.phrase for one in HTTPStatus}


def _text_of(response: Response) -> str:
    """Return the beginning of a body that is text, in one line and without what a terminal would obey."""
    kind, _, _ = response.headers.get("content-type", "").partition(";")
    if not _TEXT.fullmatch(kind.strip().lower()) or "content-encoding" in response.headers:
        return ""
    body = response.rest
    if response.headers.get("transfer-encoding", "").lower() == "chunked":
        size, _, more = body.partition(b"\r\n")
        body = more[: int(size, 16)] if _HEXADECIMAL.fullmatch(size) else b""
    return _shown(body.decode(errors="ignore"))


def _shown(text: str) -> str:
    """Return what a server said as one short line."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())[:TOLD]


def is_unix(host: str) -> bool:
    """Whether a host is the path of a Unix socket: no other begins with a slash."""
    return host.startswith("/")


def authority(host: str, port: int, *, tls: bool | None = None) -> str:
    """Return host and port as they stand in a URL and a Host header: IPv6 in brackets (RFC 3986 3.2.2).

    The port that goes without saying is not said (RFC 6455 section 4.1): 80, with `tls` 443; None says it
    always. A Unix socket has neither, and a server that wants a name gets the one that Node's ws sends.
    """
    if is_unix(host):
        return "localhost"
    name = f"[{host}]" if ":" in host else host
    return name if tls is not None and port == (443 if tls else 80) else f"{name}:{port}"


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


def read_response(sock: Stream, timeout: float) -> Response:
    """Read an HTTP head within `timeout` s, however it comes.

    Raises `HandshakeError` when the connection ends, or time or room is over, before the head is whole.
    """
    data, deadline = b"", Deadline.after(timeout)
    while (answer := response_in(data)) is None:
        try:
            more = sock.recv(HEAD_BYTES)
        except BlockingIOError:
            raise HandshakeError(SILENT) from None
        if not more:
            raise HandshakeError(ENDED)
        if deadline.passed:
            raise HandshakeError(SILENT)
        data += more
    return answer


def response_in(data: bytes) -> Response | None:
    """Return the final answer that has come, None while its head is not whole.

    Interim ones (100 Continue, 103 Early Hints) are passed over (RFC 9110 section 15.2). Raises
    `HandshakeError` for a head that is too long.
    """
    at = 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        answer = response_of(data[at:])
        if not (100 <= answer.status < 200) or answer.status == 101:
            return answer
        at = end + 4
    if len(data) > MOST_HEAD:
        raise HandshakeError(f"the HTTP answer's head is longer than {MOST_HEAD:,} bytes")
    return None


def response_of(data: bytes) -> Response:
    """Return what an answer says whose head is whole; the status is 0 where it says none."""
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, value = (part.strip(SPACE) for part in line.split(":", 1)) if ":" in line else (line, "")
        before = headers.get(name.lower())
        headers[name.lower()] = value if before is None else f"{before}, {value}"
    _, status, reason, *_ = [*first.split(" ", 2), "", ""]
    return Response(int(status) if _STATUS.fullmatch(status) else 0, headers, rest, _shown(reason))
