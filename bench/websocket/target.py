"""Whom to connect to, and how; and what is said where that fails."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from .failures import kind_of
from .handshake import Asked, open_socket
from .http_messages import HandshakeError, Headers, Response, authority, read_response
from .tls import Stream

Opened = tuple[Stream, Response]
"""A connection, blocking and bounded as `open_socket` makes them, and the server's answer.

The answer's status is 0 where there was no handshake.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to connect to, and how; `timeout` is in seconds, `plain` means TCP without a handshake.

    `via` is where to connect in place of host and port, which stay in the handshakes.
    """

    host: str
    port: int
    path: str
    timeout: float
    tls: ssl.SSLContext | None = None
    plain: bool = False
    subprotocols: Sequence[str] = ()
    extensions: str = ""
    headers: Headers = ()
    via: tuple[str, int] | None = None

    @property
    def place(self) -> tuple[str, int]:
        """Host and port that are connected to."""
        return self.via or (self.host, self.port)

    def ask(self) -> Asked:
        """Return an opening handshake."""
        return Asked.of(
            self.path,
            authority(self.host, self.port, tls=self.tls is not None),
            subprotocols=self.subprotocols,
            extensions=self.extensions,
            headers=self.headers,
        )


def connected(target: Target) -> Opened:
    """Open one connection. Raises what `open_socket` and `upgrade` raise."""
    sock = open_socket(*target.place, target.timeout, tls=target.tls, name=target.host)
    try:
        if target.plain:
            return sock, Response(0)
        asked = target.ask()
        sock.sendall(asked.data)
        return sock, asked.require(read_response(sock, target.timeout))
    except BaseException:
        sock.close()
        raise


def worded(problem: OSError, opened: int, count: int) -> OSError:
    """Return what to raise where a connection could not be opened; the first one's problem is as it is."""
    so_far = f"with {opened:,} of {count:,} connections open"
    kind = kind_of(problem)
    if problem.errno in {errno.EMFILE, errno.ENFILE}:
        return HandshakeError(f"no more files can be open here, {so_far}: raise ulimit -n{_files()}", kind)
    if problem.errno == errno.EADDRNOTAVAIL:
        more = "widen net.ipv4.ip_local_port_range (sysctl -w), or open fewer"
        return HandshakeError(f"no local port is left, {so_far}: {more}", kind)
    if not opened:
        return problem
    if isinstance(problem, ConnectionRefusedError):
        return HandshakeError(f"the server refused a connection, {so_far}", kind)
    if isinstance(problem, ConnectionResetError):
        return HandshakeError(f"the server reset a connection, {so_far}", kind)
    return HandshakeError(f"{problem.strerror or problem}, {so_far}", kind)


def _files() -> str:
    try:
        import resource
    except ImportError:  # Windows
        return ""
    return f", now {resource.getrlimit(resource.RLIMIT_NOFILE)[0]:,}"
