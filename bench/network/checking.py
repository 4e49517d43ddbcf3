"""What a network does by itself: round trips and a stream of raw TCP, with its conditions and without."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Literal, Protocol

from ..errors import UsageError
from ..plan.network import NetworkWords
from ..records.common import LinkCheck, Way

PAYLOAD = bytes(64)
TRIPS_S, LEAST_TRIPS, MOST_TRIPS = 0.5, 5, 200
"""How long round trips are taken, and how many at least and at most."""

STREAM_S, STREAM_PACKETS, LONGEST_S = 0.3, 60, 3.0
"""How long a stream is taken: some time, and that of some packets, but no longer than that."""

PACKET_BYTES, CARRIED_BYTES = 1500, 1448
"""An IP packet of full size, and what it has of a stream: TCP's timestamps are on (RFC 7323)."""

PATIENCE_S = 30.0
READ_BYTES, WAITING_BYTES = 65_536, 262_144


Side = Literal["client", "server"]
"""The ends of a network."""


class Conditioned(Protocol):
    """A network whose conditions can be changed."""

    way: Way
    host: str

    def at(self, side: Side) -> contextlib.AbstractContextManager[None]:
        """Be where one side is inside the block."""
        ...

    def become(self, words: NetworkWords) -> None:
        """Have other conditions from now on."""
        ...


def check(network: Conditioned, words: NetworkWords) -> LinkCheck:
    """Find out what a network adds, and what it carries; it has the conditions that are said afterwards.

    Raises `UsageError` where nothing gets through.
    """
    try:
        network.become(NetworkWords())
        with connection(network) as (here, there):
            plain = round_trips(here, there)
        network.become(NetworkWords(rate=words.rate))
        with connection(network) as (here, there):
            rate = stream(here, there, words.rate)
        network.become(words)
        with connection(network) as (here, there):
            found = round_trips(here, there)
    except OSError as problem:
        raise UsageError(f"--network {words}: nothing gets through: {problem}") from None
    p10, *_, p90 = statistics.quantiles(found, n=10, method="inclusive")
    return LinkCheck(network.way, statistics.median(plain), p10, statistics.median(found), p90, rate)


@contextlib.contextmanager
def connection(network: Conditioned) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield both ends of a connection, the client's first. Raises `OSError`."""
    with contextlib.ExitStack() as stack:
        with network.at("server"):
            listener = stack.enter_context(socket.create_server((network.host, 0)))
        with network.at("client"):
            here = stack.enter_context(socket.create_connection(listener.getsockname(), PATIENCE_S))
        listener.settimeout(PATIENCE_S)
        there = stack.enter_context(listener.accept()[0])
        for end in (here, there):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(PATIENCE_S)
        yield here, there


def round_trips(here: socket.socket, there: socket.socket) -> list[int]:
    """Return how long round trips take, in ns. Raises `OSError`."""
    found: list[int] = []
    end = time.monotonic() + TRIPS_S
    while len(found) < LEAST_TRIPS or (len(found) < MOST_TRIPS and time.monotonic() < end):
        begun = time.perf_counter_ns()
        _pass_on(here, there)
        _pass_on(there, here)
        found.append(time.perf_counter_ns() - begun)
    return found


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    one.sendall(PAYLOAD)
    left = len(PAYLOAD)
    while left:
        data = other.recv(left)
        if not data:
            raise ConnectionError("the connection was closed")
        left -= len(data)


def stream_s(rate: int) -> float:
    """Return how long a stream is taken, in s."""
    packets = STREAM_PACKETS * PACKET_BYTES * 8 / rate if rate else 0.0
    return min(LONGEST_S, max(STREAM_S, packets))


def stream(here: socket.socket, there: socket.socket, rate: int) -> float:
    """Return what one connection carries, in bit/s of IP packets. Raises `OSError`."""
    here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)
    sender = threading.Thread(target=_send_on, args=(here,), daemon=True)
    sender.start()
    try:
        there.recv(READ_BYTES)
        begun, carried = time.perf_counter(), 0
        while (passed := time.perf_counter() - begun) < stream_s(rate):
            carried += len(there.recv(READ_BYTES))
    finally:
        for end in (there, here):  # what still waits is of no use
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        sender.join()
    return carried * 8 * PACKET_BYTES / CARRIED_BYTES / passed


def _send_on(sock: socket.socket) -> None:
    data = bytes(READ_BYTES)
    with contextlib.suppress(OSError):
        while True:
            sock.sendall(data)
