"""What ends a connection or keeps it from being opened, as one of few kinds that can be counted."""

from __future__ import annotations

import errno

from .http_messages import SILENT, HandshakeError

NO_CLOSE_FRAME = 1006
"""What RFC 6455 section 7.1.5 calls the end of a connection without a close frame."""

LOCAL = {errno.EMFILE: "no file left", errno.ENFILE: "no file left", errno.EADDRNOTAVAIL: "no port left"}
"""What this machine lacks; no server can help that."""


class ClosedError(ConnectionError):
    """The server has ended a connection; `code` is that of its close frame (RFC 6455 section 7.4)."""

    def __init__(self, message: str, code: int = NO_CLOSE_FRAME) -> None:
        super().__init__(message)
        self.code = code


def kind_of(problem: OSError) -> str:
    """Return what went wrong in a word or two: `closed 1011`, `reset`, `refused`, `handshake 503` ….

    `closed 1006` is the end without a close frame, `closed 1005` one whose close frame has no code.
    """
    if isinstance(problem, ClosedError):
        return f"closed {problem.code}"
    if isinstance(problem, HandshakeError):
        return problem.kind or ("timed out" if str(problem) == SILENT else "handshake failed")
    if isinstance(problem, ConnectionRefusedError):
        return "refused"
    if isinstance(problem, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return "reset"
    if isinstance(problem, TimeoutError | BlockingIOError):
        return "timed out"
    return LOCAL.get(problem.errno or 0) or (problem.strerror or "connection failed").lower()


def is_local(problem: OSError) -> bool:
    """Whether it is this machine that lacks files or ports, so that trying again is no use."""
    return kind_of(problem) in LOCAL.values()
