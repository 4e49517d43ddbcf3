"""The way from an agent's process to whoever looks on."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import msgspec
import pytest
from wsbench.driver.telling import is_heard, tell, tell_through
from wsbench.records.live import Told

TOLD = Told(10.0, 3, 10, 9, 1, bins={7: 9})


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a way; afterwards nobody is told of anything."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    yield one, other
    tell_through(None)
    one.close()
    other.close()


def test_a_second_is_told(pair: tuple[socket.socket, socket.socket]):
    """As one datagram."""
    assert not is_heard()
    tell_through(pair[1])
    assert is_heard()
    tell(TOLD)
    assert msgspec.json.decode(pair[0].recv(65_536), type=Told) == TOLD


def test_nobody_is_waited_for(pair: tuple[socket.socket, socket.socket]):
    """Where the listener does not listen, or is gone, seconds are lost, and the schedule goes on."""
    tell_through(pair[1])
    for _ in range(100_000):  # more than any system keeps
        tell(TOLD)
    pair[0].close()
    tell(TOLD)
