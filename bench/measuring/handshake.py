"""The opening handshake on a plain socket (RFC 6455 section 4.1), and plain GETs."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class HandshakeError(ConnectionError):
    """The server did not upgrade the connection as it should."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, headers in lower case, and whatever bytes followed the head."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    rest: bytes = b""


def open_socket(host: str, port: int, timeout: float) -> socket.socket:
    """Connect with TCP_NODELAY; `timeout` seconds bound the connect, and every later send and receive.

    The bound on a blocking socket is the kernel's (SO_RCVTIMEO), which costs no extra system call, unlike
    `settimeout`; when it runs out, the call raises `BlockingIOError`.
    """
    sock = socket.create_connection((host, port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setblocking(True)
    if sys.platform != "win32":
        bound = struct.pack("ll", int(timeout), int(timeout % 1 * 1e6))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
    return sock


def request(path: str, host: str, headers: Sequence[tuple[str, str]]) -> bytes:
    """Return a GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_response(sock: socket.socket) -> Response:
    """Read an HTTP head.

    Raises `HandshakeError` when the connection ends or is silent before the head is whole.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = sock.recv(65_536)
        except BlockingIOError:
            raise HandshakeError("no answer to the HTTP request in time") from None
        if not more:
            raise HandshakeError("the connection ended before the HTTP answer")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    status = first.split(" ")[1:2]
    return Response(int(status[0]) if status and status[0].isdigit() else 0, headers, rest)


def upgrade(
    sock: socket.socket, path: str, host: str, *, subprotocols: Sequence[str] = (), extensions: str = ""
) -> Response:
    """Complete the opening handshake on a connected socket.

    Raises `HandshakeError` unless the answer is 101 with the right Sec-WebSocket-Accept.
    """
    key = b64encode(os.urandom(16)).decode()
    headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key)]
    headers.append(("Sec-WebSocket-Version", "13"))
    if subprotocols:
        headers.append(("Sec-WebSocket-Protocol", ", ".join(subprotocols)))
    if extensions:
        headers.append(("Sec-WebSocket-Extensions", extensions))
    sock.sendall(request(path, host, headers))
    response = read_response(sock)
    if response.status != 101:
        raise HandshakeError(f"the handshake on {path} was answered with HTTP {response.status}, not 101")
    wanted = b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()  # noqa: S324  # RFC 6455 says SHA-1
    if response.headers.get("sec-websocket-accept") != wanted:
        raise HandshakeError("the handshake was answered with a wrong Sec-WebSocket-Accept")
    return response


def get(host: str, port: int, path: str, timeout: float) -> tuple[Response, bytes]:
    """Fetch `path` over plain HTTP and return the head and the body."""
    with open_socket(host, port, timeout) as sock:
        sock.sendall(request(path, host, [("Connection", "close")]))
        response = read_response(sock)
        body = response.rest
        size = int(response.headers.get("content-length", -1))
        while size < 0 or len(body) < size:
            try:
                more = sock.recv(65_536)
            except (BlockingIOError, ConnectionResetError):
                break
            if not more:
                break
            body += more
        return response, body
