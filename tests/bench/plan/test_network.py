"""What is said of a network is read, told and typed again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.errors import UsageError
from wsbench.plan.network import (
    LEAST_RATE,
    LONGEST_NS,
    MOST_LOSS,
    PROFILES,
    NetworkWords,
    read_network,
    told_rate,
)

MS = 1_000_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("delay=20ms", NetworkWords(delay_ns=20 * MS)),
        ("delay=20ms jitter=500us", NetworkWords(delay_ns=20 * MS, jitter_ns=MS // 2)),
        ("delay=1s,loss=0.1%,rate=100mbit", NetworkWords("", 1000 * MS, 0, 0.001, 100_000_000)),
        ("rate=1.5Gbit", NetworkWords(rate=1_500_000_000)),
        ("congestion=cubic", NetworkWords(congestion="cubic")),
        ("  delay=0ms  ", NetworkWords()),
    ],
)
def test_words_are_read(text: str, words: NetworkWords):
    """Each word has a name and a value with its unit; a comma is as good as a space."""
    assert read_network(text) == words


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_keeps_its_name_as_long_as_its_numbers(name: str):
    """A word after it changes the numbers; then they are told, and no name that would stand for others."""
    assert read_network(name) == PROFILES[name]
    assert read_network(PROFILES[name].typed) == PROFILES[name]
    changed = read_network(f"{name} loss=7%")
    assert changed == msgspec.structs.replace(PROFILES[name], name="", loss=0.07)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--network: nothing is said; such as wan, or"),
        ("wam", "unknown network 'wam'; did you mean wan? choose from lan, wan"),
        ("delay=20ms wan", "--network: 'wan' says nothing; such as"),
        ("delay=", "--network: 'delay=' says nothing"),
        ("dealy=20ms", "unknown word of --network 'dealy'; did you mean delay?"),
        ("delay=20", "--network delay=20: 20 of what? write us, ms, s or m behind it"),
        ("delay=20ms delay=30ms", "--network 'delay=20ms delay=30ms': delay is said twice"),
        ("delay=1m", "--network delay=1m: at most 10 s"),
        ("jitter=2ms", "--network 'jitter=2ms': a jitter of 2 ms, beyond the delay of 0 ms"),
        ("lan jitter=2ms", "--network 'lan jitter=2ms': a jitter of 2 ms, beyond the delay of 0.25 ms"),
        ("loss=0.1", "--network loss=0.1: '0.1' is no share of the packets; write it in percent, as 0.1%"),
        ("loss=51%", "--network loss=51%: at most 50%"),
        ("rate=100", "--network rate=100: '100' is no rate; write a number and bit, kbit, mbit or gbit"),
        ("rate=100MB", "--network rate=100MB: '100MB' is no rate"),
        ("rate=0mbit", "--network rate=0mbit: at least 10 kbit/s"),
        ("congestion=../x", "--network congestion=../x: '../x' is no congestion control"),
    ],
)
def test_what_makes_no_sense_is_one_line(text: str, message: str):
    """It names the word, and says what to write."""
    with pytest.raises(UsageError) as caught:
        read_network(text)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (PROFILES["wan"], "wan: 20 ms each way ± 2 ms, 0.1 % lost, 100 Mbit/s"),
        (NetworkWords(delay_ns=250_000), "0.25 ms each way"),
        (NetworkWords(rate=1_500_000, congestion="reno"), "0 ms each way, 1.5 Mbit/s, TCP reno"),
    ],
)
def test_it_is_told_in_words(words: NetworkWords, told: str):
    """As a line of conditions has it."""
    assert str(words) == told


@pytest.mark.parametrize(
    ("rate", "told"),
    [(999, "999 bit/s"), (1_600_000, "1.6 Mbit/s"), (2e9, "2 Gbit/s"), (64_000, "64 kbit/s")],
)
def test_rates_have_units(rate: float, told: str):
    """Thousands, as tc(8) has them."""
    assert told_rate(rate) == told


@given(
    st.integers(0, LONGEST_NS // 1000),
    st.floats(0, 1),
    st.integers(0, round(MOST_LOSS * 10_000)),
    st.one_of(st.just(0), st.integers(LEAST_RATE, 10**11)),
    st.sampled_from(["", "bbr", "cubic"]),
)
def test_what_is_typed_again_is_the_same(delay_us: int, jitter: float, loss: int, rate: int, congestion: str):
    """A stored run is measured again through the same network."""
    words = NetworkWords("", delay_us * 1000, int(jitter * delay_us) * 1000, loss / 10_000, rate, congestion)
    found = read_network(words.typed)
    assert msgspec.structs.replace(found, name="") == words
