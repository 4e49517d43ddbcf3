"""Workloads and their payloads."""

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import LARGE, THINK_US, VARIANTS, WORDS, Workload, payloads
from wsbench.targets.contract import EDGES

SIZES, SEEDS = st.integers(0, 5_000), st.integers(0, 2**32)


def deflated(payload: bytes) -> int:
    """Return how many bytes of deflate a message becomes (RFC 7692 section 7.2.1)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return len(packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)) - 4


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("size", [*EDGES, LARGE - 1, LARGE])
def test_payloads_have_exactly_the_size(size: int, text: bool):
    """Every payload has the size asked for; large ones are two, others eight."""
    found = payloads(Workload(size=size, text=text), seed=1)
    assert {len(payload) for payload in found} == {size}
    assert len(found) == (2 if size >= LARGE else VARIANTS)


@given(SIZES, st.booleans(), st.booleans(), SEEDS)
def test_the_size_is_exact_whatever_the_content(size: int, text: bool, words: bool, seed: int):
    """Random or of words, text or binary: the payload has the bytes asked for, and text is ASCII."""
    for payload in payloads(Workload(size=size, text=text, words=words), seed):
        assert len(payload) == size
        assert payload.isascii() or not (text or words)


@pytest.mark.parametrize("size", [16, 64, 65_536, LARGE])
@pytest.mark.parametrize("text", [True, False])
def test_payloads_differ_from_each_other(size: int, text: bool):
    """No two payloads of a cell are equal, so that a swapped or doubled reply shows."""
    found = payloads(Workload(size=size, text=text), seed=1)
    assert len(set(found)) == len(found)


def test_payloads_are_a_function_of_the_seed():
    """The same seed gives the same payloads, another one others."""
    workload = Workload()
    assert payloads(workload, 7) == payloads(workload, 7)
    assert set(payloads(workload, 7)).isdisjoint(payloads(workload, 8))


def test_fragments_and_think_time_change_no_payload():
    """How a message is sent says nothing of what it is."""
    assert payloads(Workload(fragments=3, connections=4, think_us=0), 7) == payloads(Workload(), 7)


@given(st.integers(1_024, 20_000), SEEDS)
def test_words_shrink_below_half(size: int, seed: int):
    """From 1 KiB on deflate makes less than half of them."""
    payload = payloads(Workload(size=size, words=True), seed)[0]
    assert deflated(payload) < size / 2


@given(st.integers(1_024, 20_000), SEEDS)
def test_what_is_random_does_not_shrink(size: int, seed: int):
    """Binary becomes longer; text has 6 bits in each byte, and keeps three quarters."""
    assert deflated(payloads(Workload(size=size, text=False), seed)[0]) > size
    assert deflated(payloads(Workload(size=size), seed)[0]) > 0.74 * size


def test_words_are_words():
    """A payload of words is what its name says, up to the one that is cut off at its end."""
    text = payloads(Workload(size=1_000, words=True), 5)[0].decode()
    *whole, last = text.split(" ")
    assert set(whole) <= set(WORDS)
    assert any(word.startswith(last) for word in WORDS)
    assert len(set(whole)) > len(WORDS) / 2


@given(st.integers(1, 3_000), st.integers(0, 40_000), SEEDS)
def test_together_they_are_longer_than_the_span(size: int, span: int, seed: int):
    """None comes round within the span; there are never fewer than without one."""
    workload = Workload(size=size, text=False)
    found = payloads(workload, seed, span=span)
    assert size * len(found) > span
    assert len(found) == max(VARIANTS, span // size + 1)
    assert found[:VARIANTS] == payloads(workload, seed)


@pytest.mark.parametrize("words", [True, False])
def test_with_a_span_no_message_refers_to_itself(words: bool):
    """Deflate that keeps its window over messages finds no earlier round of the same payload in it.

    Without a span the second round of all payloads would cost next to nothing.
    """
    workload = Workload(size=500, text=False, words=words)

    def second_round(found: tuple[bytes, ...]) -> float:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        first, again = (len(packer.compress(b"".join(found)) + packer.flush(zlib.Z_SYNC_FLUSH)) for _ in "12")
        return again / first

    assert second_round(payloads(workload, 1)) < 0.1
    assert second_round(payloads(workload, 1, span=32_768)) > 0.9


def test_an_empty_message_has_no_span():
    """Empty payloads never fill a window: there are as many as always."""
    assert payloads(Workload(size=0), 1, span=32_768) == (b"",) * VARIANTS


def test_text_is_valid_and_varied():
    """Text payloads are ASCII, hence valid UTF-8, of the 64 characters alike."""
    (first, *_rest) = payloads(Workload(size=65_536), seed=3)
    characters = set(first.decode("ascii"))
    assert len(characters) == 64
    assert all(character.isalnum() or character in " ." for character in characters)


def test_binary_uses_every_byte():
    """Binary payloads hold all 256 values, so that none is special by luck."""
    assert len(set(payloads(Workload(size=65_536, text=False), seed=3)[0])) == 256


@pytest.mark.parametrize(
    ("workload", "window", "goal", "words"),
    [
        (Workload(), 1, "latency", "64 B text, 1 connection, depth 1"),
        (Workload(connections=16), 16, "throughput", "64 B text, 16 connections, depth 1"),
        (Workload(depth=32), 32, "throughput", "64 B text, 1 connection, depth 32"),
        (Workload(65_536, False, 3, 2), 6, "throughput", "65,536 B binary, 3 connections, depth 2"),
        (Workload(fragments=3), 1, "latency", "64 B text in 3 fragments, 1 connection, depth 1"),
        (Workload(words=True), 1, "latency", "64 B text of words, 1 connection, depth 1"),
        (
            Workload(512, text=False, depth=2, fragments=4, words=True, think_us=0),
            2,
            "throughput",
            "512 B binary of words in 4 fragments, 1 connection, depth 2",
        ),
        (Workload(think_us=0), 1, "latency", "64 B text, 1 connection, depth 1, think time 0 µs"),
    ],
)
def test_window_goal_and_words(workload: Workload, window: int, goal: str, words: str):
    """One message in flight measures latency, more measure throughput; the words name what was chosen."""
    assert (workload.window, workload.goal, str(workload)) == (window, goal, words)


WORKLOADS = st.builds(
    Workload,
    size=st.integers(0, 9),
    text=st.booleans(),
    connections=st.integers(1, 3),
    depth=st.integers(1, 3),
    think_us=st.integers(0, 99),
    fragments=st.integers(1, 3),
    words=st.booleans(),
)


@given(WORKLOADS, WORKLOADS, st.sampled_from(Workload.__struct_fields__))
def test_two_workloads_never_share_their_words(one: Workload, other: Workload, name: str):
    """Cells and margins are told apart by them: whatever differs shows, the think time where there is one."""
    changed = msgspec.structs.replace(one, **{name: getattr(other, name)})
    same = changed.think_ns == one.think_ns if name == "think_us" else changed == one
    assert (str(changed) == str(one)) == same


@pytest.mark.parametrize(
    ("workload", "think_ns"),
    [(Workload(), THINK_US * 1000), (Workload(think_us=0), 0), (Workload(depth=2), 0)],
)
def test_a_window_that_is_kept_full_has_no_think_time(workload: Workload, think_ns: int):
    """Only a single message in flight waits before the next."""
    assert workload.think_ns == think_ns
