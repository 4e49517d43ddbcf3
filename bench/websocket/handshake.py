"""The opening handshake on a socket, with or without TLS (RFC 6455 section 4.1), and plain GETs."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import struct
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from .deadline import Deadline
from .http_messages import (
    HandshakeError,
    Headers,
    Response,
    authority,
    is_unix,
    merged,
    read_response,
    request,
)
from .tls import Stream, TlsSocket, reason

REFUSALS = {401, 403, 429}
"""With these a server says that it would serve somebody else, or later, and often why."""

MOST_BODY = 1_048_576
"""Bytes of a body that are read; what follows says nothing more."""

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


def open_socket(
    host: str, port: int, timeout: float, *, tls: ssl.SSLContext | None = None, name: str = ""
) -> Stream:
    """Connect with TCP_NODELAY; `timeout` seconds bound the connect, and every later send and receive.

    The bound on a blocking socket is the kernel's (SO_RCVTIMEO), which costs no extra system call, unlike
    `settimeout`; when it runs out, the call raises `BlockingIOError`. With `tls` the server is asked for as
    `name`, by default the host. Raises `HandshakeError` when the TLS handshake fails.
    """
    if is_unix(host):
        return _unix(host, timeout)
    sock = socket.create_connection((host, port), timeout)
    sock.setblocking(True)
    equip(sock, timeout)
    return sock if tls is None else _secured(sock, tls, name or host)


def _unix(path: str, timeout: float) -> socket.socket:
    """Connect to a Unix socket; the bound on a send is that on connecting, too."""
    sock = socket.socket(addresses_of(path, 0)[0][0], socket.SOCK_STREAM)
    try:
        equip(sock, timeout)
        sock.connect(path)
    except BlockingIOError:
        sock.close()
        raise TimeoutError("timed out") from None
    except OSError as problem:
        sock.close()
        raise OSError(problem.errno, problem.strerror or str(problem), path) from None
    return sock


def addresses_of(host: str, port: int) -> list[tuple[int, Any]]:
    """Return where to connect to for a host: families and addresses, the best first.

    Raises `HandshakeError` where there are no Unix sockets, and what `getaddrinfo` raises.
    """
    if not is_unix(host):
        return [(one[0], one[4]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if sys.platform == "win32":
        raise HandshakeError("there are no Unix sockets here: give the server a port, and a ws:// URL")
    return [(socket.AF_UNIX, host)]


def equip(sock: socket.socket, timeout: float) -> None:
    """Set TCP_NODELAY where there is TCP, and bound every blocking send and receive by `timeout` seconds."""
    if sock.family in {socket.AF_INET, socket.AF_INET6}:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform != "win32":
        bound = struct.pack("ll", int(timeout), int(timeout % 1 * 1e6))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)


def _secured(sock: socket.socket, tls: ssl.SSLContext, name: str) -> TlsSocket:
    try:
        return TlsSocket(sock, tls, name)
    except BlockingIOError:
        sock.close()
        raise HandshakeError("the TLS handshake failed: no answer in time") from None
    except (OSError, ValueError) as problem:  # ValueError: a name that can't be one
        sock.close()
        why = reason(problem) if isinstance(problem, OSError) else str(problem)
        raise HandshakeError(f"the TLS handshake failed: {why}") from None


def upgrade(  # noqa: PLR0913  # all that a handshake may have, and how long it may take
    sock: Stream,
    path: str,
    host: str,
    *,
    subprotocols: Sequence[str] = (),
    extensions: str = "",
    headers: Headers = (),
    timeout: float = 5.0,
) -> Response:
    """Complete the opening handshake on a connected socket, within `timeout` s.

    Raises `HandshakeError` unless the answer is 101 with the right Sec-WebSocket-Accept.
    """
    asked = Asked.of(path, host, subprotocols=subprotocols, extensions=extensions, headers=headers)
    sock.sendall(asked.data)
    return asked.require(read_response(sock, timeout))


@dataclass(frozen=True, slots=True)
class Asked:
    """A client's side of one opening handshake: the request, and the only right Sec-WebSocket-Accept."""

    path: str
    data: bytes
    accept: str

    @classmethod
    def of(
        cls,
        path: str,
        host: str,
        *,
        subprotocols: Sequence[str] = (),
        extensions: str = "",
        headers: Headers = (),
    ) -> Self:
        """Ask for an upgrade under a random key."""
        ours = [("Upgrade", "websocket"), ("Connection", "Upgrade")]
        ours.append(("Sec-WebSocket-Key", b64encode(os.urandom(16)).decode()))
        ours.append(("Sec-WebSocket-Version", "13"))
        if subprotocols:
            ours.append(("Sec-WebSocket-Protocol", ", ".join(subprotocols)))
        if extensions:
            ours.append(("Sec-WebSocket-Extensions", extensions))
        said = merged(ours, headers)
        key = next(value for name, value in said if name.lower() == "sec-websocket-key")
        digest = hashlib.sha1((key + GUID).encode()).digest()  # noqa: S324  # RFC 6455 says SHA-1
        return cls(path, request(path, host, said), b64encode(digest).decode())

    def require(self, response: Response) -> Response:
        """Return the answer; raises `HandshakeError` unless it is 101 with the right Sec-WebSocket-Accept."""
        if there := response.leads_to:
            what = "follow it with redirects in a scenario file, or name that URL"
            told = f"{self.path} was answered {response.status} to {there}: {what}"
            raise HandshakeError(told, f"handshake {response.status or 'failed'}")
        if response.status != 101:
            refused = response.status in REFUSALS
            what = response.words if refused else f"HTTP {response.status}, not 101"
            told = f"the handshake on {self.path} was answered with {what}"
            raise HandshakeError(told, f"handshake {response.status or 'failed'}")
        if response.headers.get("sec-websocket-accept") != self.accept:
            raise HandshakeError("the handshake was answered with a wrong Sec-WebSocket-Accept")
        return response


def get(
    host: str,
    port: int,
    path: str,
    timeout: float,
    *,
    tls: ssl.SSLContext | None = None,
    headers: Headers = (),
) -> tuple[Response, bytes]:
    """Fetch `path` over HTTP and return the head and the body, as far as it comes within `timeout` s.

    Of a long body the beginning is returned.
    """
    deadline = Deadline.after(timeout)
    with open_socket(host, port, timeout, tls=tls) as sock:
        ours = authority(host, port, tls=tls is not None)
        sock.sendall(request(path, ours, merged([("Connection", "close")], headers)))
        response = read_response(sock, timeout)
        body = response.rest
        length = response.headers.get("content-length", "")
        size = min(MOST_BODY, int(length)) if length.isdecimal() and len(length) < 20 else MOST_BODY
        while len(body) < size and not deadline.passed:
            try:
                more = sock.recv(65_536)
            except (BlockingIOError, ConnectionResetError):
                break
            if not more:
                break
            body += more
        return response, body[:size]
