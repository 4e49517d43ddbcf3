"""The closing handshake (RFC 6455 section 7.1.2) of one connection or of many at once."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Iterable

from . import frames
from .failures import ClosedError
from .tls import Stream

GOODBYE_S = 1.0
"""How long a server gets to end a connection that we closed."""

LAST_BYTES = 16 * 1024 * 1024
"""So much is read at most to find what a server said last."""


def say_goodbye(sock: Stream) -> None:
    """Send close 1000 and read until the server ends the connection; whatever goes wrong, it is over."""
    deadline = time.monotonic() + GOODBYE_S
    with contextlib.suppress(OSError):
        sock.settimeout(GOODBYE_S)
        sock.sendall(frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), bytes(4)))
        while time.monotonic() < deadline and sock.recv(65_536):
            pass


def hang_up(sock: Stream, *, whole: bool) -> None:
    """Close a connection without waiting for the server; where our last frame is `whole`, say so to it."""
    with contextlib.suppress(OSError):
        sock.setblocking(False)
        if whole:
            sock.send(frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), bytes(4)))
    sock.close()


def ended_by(problem: OSError, unread: Iterable[tuple[Stream, bytes]]) -> OSError:
    """Return why connections that can't be written to any more have ended: what the server said before it.

    Its close frame may lie unread behind an error, for who is writing does not read. `unread` are the
    connections with the bytes that were read of each and not used. Returns `problem` where nothing was said.
    """
    for sock, begun in unread:
        data = bytearray(begun)
        with contextlib.suppress(OSError):
            sock.setblocking(False)
            while (more := sock.recv(65_536)) and len(data) < LAST_BYTES:
                data += more
        with contextlib.suppress(ValueError):
            while frame := frames.read_frame(data, rsv=frames.RSV1):
                if frame.opcode == frames.CLOSE:
                    told = f"the server closed with {frames.close_said(frame.payload)}"
                    return ClosedError(told, frames.close_code(frame.payload))
                del data[: frame.size]
    return problem


def say_goodbye_to_all(socks: Iterable[Stream]) -> None:
    """Close many connections properly, as `say_goodbye` does one: all are told before anybody is waited for.

    It is over when the server has ended all of them, or none for a second. Whatever goes wrong, it is over.
    """
    told, poller = dict[int, Stream](), select.poll()
    farewell = frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), bytes(4))
    for sock in socks:
        with contextlib.suppress(OSError):  # BlockingIOError: it does not read, so it would not hear us
            sock.setblocking(False)
            if sock.send(farewell):
                told[sock.fileno()] = sock
                poller.register(sock.fileno(), select.POLLIN)
    deadline = time.monotonic() + GOODBYE_S
    while told and (left := deadline - time.monotonic()) > 0:
        for fd, _ in poller.poll(left * 1000):
            if _has_ended(told[fd]):
                poller.unregister(fd)
                del told[fd]
                deadline = time.monotonic() + GOODBYE_S


def _has_ended(sock: Stream) -> bool:
    """Read a little; whether the server has ended the connection."""
    try:
        return not sock.recv(65_536)
    except BlockingIOError:
        return False
    except OSError:
        return True
