"""Asks a server for a WebSocket connection, to see whether it serves already (RFC 6455 section 4.1).

Like server.py, which loads it, a plain file with the standard library only.
"""

from __future__ import annotations

import os
import socket
import time
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"
"""A close frame with code 1000, under a mask of zeros."""

FAREWELL_S = 0.5
"""How long the server gets to answer that."""

SWITCHED = 101


class Answer(NamedTuple):
    """What came: the status, 0 where it was no HTTP, None where nothing came; and what that is in words."""

    status: int | None
    words: str

    @property
    def is_final(self) -> bool:
        """Whether somebody serves there, and says so: 5xx is what a proxy says before its server is up."""
        return self.status is not None and self.status // 100 != 5


REFUSED = Answer(None, "connection refused")
SILENT = Answer(None, "accepted the connection and said nothing")


class Door(NamedTuple):
    """Where a server may answer, and what it is asked."""

    hosts: Sequence[str]
    port: int
    path: str
    headers: Sequence[Sequence[str]] = ()
    subprotocols: Sequence[str] = ()

    def knock(self, patience: float) -> tuple[str, Answer]:
        """Ask at each address; return the one that counts, and what it answered.

        That is the first where a connection is opened, else the first where somebody listens.
        """
        found = []
        for host in self.hosts:
            request = request_of(self.path, host, self.port, self.headers, self.subprotocols)
            found.append((host, greet(host, self.port, request, patience)))
            if found[-1][1].status == SWITCHED:
                return found[-1]
        return next((one for one in found if one[1] != REFUSED), found[0])


def request_of(
    path: str, host: str, port: int, headers: Sequence[Sequence[str]], subprotocols: Sequence[str]
) -> bytes:
    """Return an opening handshake; `headers` replace ours of the same name."""
    ours = [
        ["Host", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Key", b64encode(os.urandom(16)).decode()],
        ["Sec-WebSocket-Version", "13"],
    ]
    if subprotocols:
        ours.append(["Sec-WebSocket-Protocol", ", ".join(subprotocols)])
    named = {name.lower() for name, _ in headers}
    said = [*(one for one in ours if one[0].lower() not in named), *headers]
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def accepts(host: str, port: int) -> bool:
    """Whether connections are accepted there."""
    try:
        socket.create_connection((host, port), 1.0).close()
    except OSError:
        return False
    return True


def greet(host: str, port: int, request: bytes, patience: float) -> Answer:
    """Send a handshake, wait `patience` seconds at most, and say what came of it."""
    deadline = time.monotonic() + patience
    try:
        sock = socket.create_connection((host, port), patience)
    except ConnectionRefusedError:
        return REFUSED
    except OSError as problem:
        return Answer(None, (problem.strerror or str(problem)).lower())
    with sock:
        try:
            sock.sendall(request)
            return _heard(sock, deadline)
        except TimeoutError:
            return SILENT
        except ConnectionError:
            return Answer(None, "reset the connection")
        except OSError as problem:
            return Answer(None, problem.strerror or str(problem))


def _heard(sock: socket.socket, deadline: float) -> Answer:
    """Read the status line; a connection that was opened is closed as it should be."""
    data = b""
    while b"\n" not in data:
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        more = sock.recv(4096)
        if not more and not data:
            return Answer(None, "accepted the connection and closed it")
        if not more:
            break
        data += more
    first = data.partition(b"\n")[0].decode("latin-1").strip()
    version, _, told = first.partition(" ")
    status = told[:3]
    if not version.startswith("HTTP/") or not (status.isascii() and status.isdigit()):
        return Answer(0, f"{_shown(first)!r}, which is no HTTP answer")
    if int(status) == SWITCHED:
        _close(sock)
    return Answer(int(status), f"HTTP {_shown(told)}")


def _shown(text: str) -> str:
    """Return the beginning of what a server said, without what a terminal would obey."""
    return "".join(letter for letter in text[:80] if letter.isprintable())


def _close(sock: socket.socket) -> None:
    """Say goodbye, so that the server finds nothing to complain of."""
    try:
        sock.settimeout(FAREWELL_S)
        sock.sendall(CLOSE)
        sock.recv(4096)
    except OSError:
        pass
