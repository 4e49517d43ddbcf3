"""Packets take their time, wait in line and get lost, by a clock that the test holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.standalone.switch import WAITS_NS, Conditions, Lane, Switch

MS = 1_000_000
A, B, C = (bytes([198, 18, 0, number]) for number in (1, 2, 3))


def lane(**conditions: float) -> Lane:
    """Return one direction of a link."""
    return Lane(conditions, random.Random(1))


def packet(to: bytes, size: int = 40, version: int = 4) -> bytes:
    """Return an IP packet as far as the switch reads it."""
    return bytes([version << 4 | 5]).ljust(16, b"\0") + to.ljust(size - 16, b"x")


def flown(switch: Switch) -> list[tuple[float, int, bytes]]:
    """Let everything fly to its end; return when it came, to whom, and what it is."""
    now, found = 0.0, []
    while (wait := switch.wait(now)) is not None:
        now += wait * 1e9
        found += [(round(now), *one) for one in switch.due(now + 0.5)]
    return found


@pytest.mark.parametrize(
    ("conditions", "arrivals"),
    [
        ({}, [0, 0, 7]),
        ({"delay_ns": 5}, [5, 5, 12]),
        ({"rate": 8_000_000_000}, [100, 200, 300]),  # a byte a ns: they wait for each other
        ({"rate": 16_000_000_000, "delay_ns": 3}, [53, 103, 153]),
        ({"loss": 1.0}, [None, None, None]),
    ],
)
def test_a_packet_takes_its_time(conditions: Conditions, arrivals: list[float | None]):
    """Two packets of 100 B at 0 and one at 7 ns."""
    one = lane(**conditions)
    assert [one.arrival(100, now) for now in (0, 0, 7)] == arrivals


def test_too_many_in_line_are_dropped():
    """The line before a rate is finite, as that of a router is; what is lost on the way is something else."""
    one = lane(rate=8_000_000)  # 1 byte a µs, so 1500 B take 1.5 ms, and 100 ms may wait
    arrivals = [one.arrival(1500, 0) for _ in range(100)]
    kept = [at for at in arrivals if at is not None]
    assert kept == [1.5 * MS * number for number in range(1, len(kept) + 1)]
    assert len(kept) == WAITS_NS // (1.5 * MS) + 1
    assert (one.dropped, one.lost) == (100 - len(kept), 0)


def test_loss_is_a_share_of_the_packets():
    """Of 10,000 packets 1 % are lost, give or take 4 standard deviations; the seed is fixed."""
    one = lane(loss=0.01)
    lost = [one.arrival(40, now) for now in range(10_000)].count(None)
    assert lost == one.lost
    assert abs(lost - 100) < 40


@given(st.lists(st.integers(0, 3 * MS), max_size=50), st.integers(0, MS), st.integers(0, 2**32))
def test_nobody_overtakes_and_nobody_is_early(pauses: list[int], jitter: int, seed: int):
    """Whatever the jitter, packets come in the order in which they left, and none before its time."""
    one, now, last = Lane({"delay_ns": MS, "jitter_ns": jitter}, random.Random(seed)), 0, 0.0
    for pause in pauses:
        now += pause
        at = one.arrival(40, now)
        assert at is not None
        assert at >= max(last, now + MS - jitter)
        last = at


def test_a_packet_passes_two_links():
    """The sender's, then the receiver's; each node has conditions of its own."""
    switch = Switch([A, B, C], [{"delay_ns": 5 * MS}, {}, {"delay_ns": 2 * MS}], seed=1)
    switch.take(0, packet(B), 0)
    switch.take(1, packet(A), 0)
    switch.take(2, packet(A), 0)
    switch.take(1, packet(C), 0)
    times = sorted((at // MS, to) for at, to, _ in flown(switch))
    assert times == [(2, 2), (5, 0), (5, 1), (7, 0)]
    assert switch.counts() == {"carried": 4, "lost": 0, "dropped": 0}


def test_two_senders_share_the_line_of_a_receiver():
    """Who is far away does not keep others waiting who come earlier."""
    switch = Switch([A, B, C], [{"delay_ns": 9 * MS}, {"delay_ns": MS}, {"rate": 8_000_000}], seed=1)
    switch.take(0, packet(C, 1000), 0)
    switch.take(1, packet(C, 1000), 0)
    assert [at // MS for at, _, _ in flown(switch)] == [2, 10]


@pytest.mark.parametrize("odd", [packet(bytes(4)), packet(A, version=6), b"\x45"])
def test_what_is_for_nobody_goes_nowhere(odd: bytes):
    """A packet to an address that no node has, one of IPv6, and what is no packet."""
    switch = Switch([A, B], [{}, {}], seed=1)
    switch.take(1, odd, 0)
    assert switch.wait(0) is None


def test_conditions_change_for_what_is_sent_later():
    """What is under way stays so; the others go by the new conditions, but do not overtake it."""
    one = lane(delay_ns=10)
    assert one.arrival(40, 0) == 10
    one.become({"delay_ns": 1})
    assert [one.arrival(40, now) for now in (2, 20)] == [10, 21]
