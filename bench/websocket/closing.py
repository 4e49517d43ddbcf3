"""The closing handshake (RFC 6455 section 7.1.2) of one connection or of many at once."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Iterable

from . import frames
from .tls import Stream

GOODBYE_S = 1.0
"""How long a server gets to end a connection that we closed."""


def say_goodbye(sock: Stream) -> None:
    """Send close 1000 and read until the server ends the connection; whatever goes wrong, it is over."""
    deadline = time.monotonic() + GOODBYE_S
    with contextlib.suppress(OSError):
        sock.settimeout(GOODBYE_S)
        sock.sendall(frames.client_frame(frames.CLOSE, (1000).to_bytes(2, "big"), bytes(4)))
        while time.monotonic() < deadline and sock.recv(65_536):
            pass


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
