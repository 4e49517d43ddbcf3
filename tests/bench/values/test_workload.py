"""Workloads and their payloads."""

import pytest
from wsbench.values.contract import EDGES
from wsbench.values.workload import LARGE, VARIANTS, Workload, payloads


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("size", [*EDGES, LARGE - 1, LARGE])
def test_payloads_have_exactly_the_size(size: int, text: bool):
    """Every payload has the size asked for; large ones are two, others eight."""
    found = payloads(Workload(size=size, text=text), seed=1)
    assert {len(payload) for payload in found} == {size}
    assert len(found) == (2 if size >= LARGE else VARIANTS)


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
    ],
)
def test_window_goal_and_words(workload: Workload, window: int, goal: str, words: str):
    """One message in flight measures latency, more measure throughput; the words name all four fields."""
    assert (workload.window, workload.goal, str(workload)) == (window, goal, words)
