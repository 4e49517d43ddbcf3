"""What a network does by itself, found with sockets on the loopback, where it does nothing."""

from __future__ import annotations

import socket

import pytest
from wsbench.errors import UsageError
from wsbench.network.checking import LEAST_TRIPS, MOST_TRIPS, check, connection, round_trips, stream, stream_s
from wsbench.network.link import Network
from wsbench.plan.network import NetworkWords, read_network


class Loopback(Network):
    """A network without any conditions, which keeps what it was told."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__()
        self.host = host
        self.told: list[NetworkWords] = []

    def become(self, words: NetworkWords) -> None:
        """Keep it."""
        self.told.append(words)


def test_what_is_found_and_in_which_order():
    """Nothing, then the rate alone, then all that was said, which stays."""
    network, words = Loopback(), read_network("delay=20ms rate=100mbit")
    found = check(network, words)
    assert network.told == [NetworkWords(), NetworkWords(rate=words.rate), words]
    assert found.way == "relay"
    assert 0 < found.p10_ns <= found.p50_ns <= found.p90_ns
    assert found.plain_ns > 0
    assert found.rate > 0


def test_round_trips_are_some_and_not_too_many():
    """Enough for a median, however long one takes."""
    with connection(Loopback()) as (here, there):
        assert LEAST_TRIPS <= len(round_trips(here, there)) <= MOST_TRIPS


@pytest.mark.parametrize(
    ("rate", "seconds"), [(0, 0.3), (100_000_000, 0.3), (1_000_000, 0.72), (10_000, 3.0)]
)
def test_a_slow_stream_is_taken_for_longer(rate: int, seconds: float):
    """Some packets have to come, but nobody waits for ever."""
    assert stream_s(rate) == pytest.approx(seconds)


def test_a_connection_that_is_closed_is_no_stream():
    """What does not answer is told."""
    with connection(Loopback()) as (here, there):
        there.shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionError):
            round_trips(here, there)
    with connection(Loopback()) as (here, there):
        assert stream(here, there, 0) > 0


def test_nothing_gets_through():
    """One line names the network that was said."""
    with pytest.raises(UsageError, match=r"^--network 5 ms each way: nothing gets through: "):
        check(Loopback("203.0.113.1"), read_network("delay=5ms"))
