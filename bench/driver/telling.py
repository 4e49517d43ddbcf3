"""The way from an agent's process to whoever looks on: a socket that was given to the process, or none."""

from __future__ import annotations

import contextlib
import socket

import msgspec

from ..records.live import Told

_way: list[socket.socket] = []


def tell_through(way: socket.socket | None) -> None:
    """Have seconds told through a datagram socket from now on, None for nowhere; it is never waited for."""
    _way.clear()
    if way:
        way.setblocking(False)
        _way.append(way)


def is_heard() -> bool:
    """Whether anybody looks on."""
    return bool(_way)


def tell(told: Told) -> None:
    """Tell of a second; one that can't be sent at once is lost."""
    with contextlib.suppress(OSError):
        _way[0].send(msgspec.json.encode(told))
