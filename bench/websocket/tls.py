"""TLS with the system calls of a plain socket: one read takes whatever has come, one write sends a message.

`ssl.SSLSocket` reads a record in two calls, header and body; with a timeout it tries, polls and reads again;
and without one it reads on for ever after SO_RCVTIMEO has ended the wait. Here records pass through memory.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias, cast

SMALLEST, LARGEST = 16_384, 1_048_576
"""Bytes that are read at once: a buffer that was filled is doubled up to the larger."""


class TlsSocket:
    """A connected socket under TLS, with the methods of a socket that are used here.

    It blocks, or raises `BlockingIOError`, exactly where the socket below does. Raises `ssl.SSLError` and
    `OSError` when the TLS handshake fails; the socket below is then still the caller's to close.
    """

    __slots__ = (
        *("_buffer", "_coming", "_going", "_owed", "_read", "_sealed", "_sock", "_tls"),
        "waiting",
    )

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, name: str) -> None:
        self._sock = sock
        self._coming, self._going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._coming, self._going, server_hostname=name)
        # what it is declared as is half of what it does: with a buffer it fills that and returns a number
        self._read = cast("Callable[[int, memoryview], int]", self._tls.read)
        self._buffer = memoryview(bytearray(SMALLEST))
        self._sealed = memoryview(b"")  # encrypted, but not sent yet
        self._owed = 0  # how many bytes of a message that is
        self.waiting = False
        """More bytes may wait in here, of which the system knows nothing: read before you poll."""
        self._shake_hands()

    @property
    def description(self) -> str:
        """Version and cipher suite, like `TLSv1.3 TLS_AES_256_GCM_SHA384`."""
        cipher = self._tls.cipher()
        return f"{self._tls.version()} {cipher[0] if cipher else ''}"

    @property
    def resumed(self) -> bool:
        """Whether the handshake was shortened by an earlier session."""
        return bool(self._tls.session_reused)

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._sock.sendall(self._going.read())
                if not self._fetch():
                    raise ConnectionError("the server ended the connection") from None
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._sock.sendall(self._going.read())  # the alert that tells the server
                raise
            else:
                self._sock.sendall(self._going.read())
                return

    def _fetch(self) -> int:
        """Read once from the system; return the number of bytes, 0 at the end of the stream."""
        size = self._sock.recv_into(self._buffer)
        self._coming.write(self._buffer[:size])
        if size == len(self._buffer) < LARGEST:
            self._buffer = memoryview(bytearray(2 * size))
        return size

    def recv_into(self, into: memoryview) -> int:
        """Read all that has come and fits; return the number of bytes, 0 at the end of the stream.

        Raises `ConnectionError` for what is no TLS and for an alert.
        """
        got, room = 0, len(into)
        while not got:
            if not self.waiting and not self._fetch():
                return 0
            try:
                while size := self._read(room - got, into[got:]):
                    got += size
                    if got == room or not self._coming.pending:
                        break
                else:
                    self.waiting = True  # for the next one: the server said close_notify
                    return got
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as problem:
                raise ConnectionError(f"the TLS connection failed: {reason(problem)}") from None
            self.waiting = got == room
        return got

    def recv(self, size: int) -> bytes:
        """Read at most `size` bytes; b"" at the end of the stream."""
        into = bytearray(min(size, LARGEST))
        return bytes(into[: self.recv_into(memoryview(into))])

    def send(self, data: bytes | memoryview) -> int:
        """Send; return how many bytes of `data` have left for good.

        What was encrypted but not sent counts as 0: the next `send` must begin with the same bytes again.
        """
        if not self._sealed:
            self._owed = self._tls.write(data)
            self._sealed = memoryview(self._going.read())
        self._sealed = self._sealed[self._sock.send(self._sealed) :]
        return 0 if self._sealed else self._owed

    def sendall(self, data: bytes) -> None:
        """Send everything, and before it what an earlier `send` left over."""
        if self._sealed:
            self._sock.sendall(self._sealed)
            self._sealed = memoryview(b"")
        self._tls.write(data)
        self._sock.sendall(self._going.read())

    def setblocking(self, flag: bool) -> None:
        """As for the socket below."""
        self._sock.setblocking(flag)

    def settimeout(self, seconds: float | None) -> None:
        """As for the socket below."""
        self._sock.settimeout(seconds)

    def fileno(self) -> int:
        """As for the socket below."""
        return self._sock.fileno()

    def getsockname(self) -> tuple[str | int, ...]:
        """As for the socket below."""
        return tuple(self._sock.getsockname())

    def close(self) -> None:
        """Say close_notify if it can be said at once (RFC 8446 section 6.1), and close."""
        with contextlib.suppress(OSError):
            self._sock.setblocking(False)
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            if not self._sealed:
                self._sock.send(self._going.read())
        self._sock.close()

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


Stream: TypeAlias = socket.socket | TlsSocket
"""A connection, whether or not under TLS."""


def reason(problem: OSError) -> str:
    """Say in a few words why TLS failed."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {problem.verify_message}"
    if isinstance(problem, ssl.SSLError) and problem.reason:
        return problem.reason.lower().replace("_", " ")
    return problem.strerror or str(problem)
