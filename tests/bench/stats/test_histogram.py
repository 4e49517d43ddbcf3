"""Quantiles against numpy, and histograms there and back."""

import base64
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st
from wsbench.stats.histogram import (
    HIGHEST_NS,
    decode,
    encode,
    is_encoded,
    merge,
    quantile_name,
    quantile_of,
    quantiles,
    quantiles_of,
    text_of,
)

LATENCIES = st.lists(st.integers(1, HIGHEST_NS), min_size=1, max_size=200)
SKEWED = [int(value) for value in np.random.default_rng(1).lognormal(10.5, 0.6, 40_000)]


@given(LATENCIES)
def test_histogram_keeps_every_count(latencies: list[int]):
    """As many values come out as went in."""
    assert decode(encode(latencies)).get_total_count() == len(latencies)


@given(LATENCIES)
def test_histogram_keeps_the_ends(latencies: list[int]):
    """Smallest and largest value come back within 0.1 %."""
    found = decode(encode(latencies))
    assert found.get_min_value() == pytest.approx(min(latencies), rel=1e-3)
    assert found.get_max_value() == pytest.approx(max(latencies), rel=1e-3)


def _packed(payload: bytes) -> str:
    """Return a payload of a histogram as text, compressed under a right header."""
    packed = zlib.compress(payload)
    return base64.b64encode(struct.pack(">ii", 0x1C849304, len(packed)) + packed).decode()


BOMB = _packed(struct.pack(">iiiiqqd", 0x1C849303, 1 << 26, 0, 3, 1, HIGHEST_NS, 1.0) + bytes(1 << 26))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (encode(SKEWED), True),
        (encode([1]), True),
        *(("", False), ("x", False), ("\u00fc", False), (encode(SKEWED)[:-8], False), (BOMB, False)),
        (encode([1])[:20] + "AAAA" + encode([1])[24:], False),
        ("*" + encode(SKEWED), False),
        (text_of(HdrHistogram(1, 1 << 60, 5)), False),
    ],
    ids=[
        "many",
        "one",
        "empty",
        "short",
        "no base64",
        "cut off",
        "bomb",
        "changed",
        "a sign more",
        "other range",
    ],
)
def test_what_others_may_have_made_is_told_before_it_is_decoded(text: str, right: bool):
    """Some of it would fail, and some fill the memory."""
    assert is_encoded(text) == right


def test_a_bomb_is_not_inflated():
    """Of 64 MiB that a few KiB stand for no more is made than the largest histogram has."""
    tracemalloc.start()
    try:
        assert not is_encoded(BOMB)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.9, 0.99, 0.999])
def test_histogram_keeps_quantiles(quantile: float):
    """A quantile of the decoded histogram is the sample's own within 0.1 %."""
    wanted = np.quantile(SKEWED, quantile, method="inverted_cdf")
    assert decode(encode(SKEWED)).get_value_at_percentile(100 * quantile) == pytest.approx(wanted, rel=1e-3)


def test_what_is_off_the_scale_counts_as_its_end():
    """A round trip over a minute is kept as a minute, not lost."""
    found = decode(encode([5, 10 * HIGHEST_NS]))
    assert found.get_total_count() == 2
    assert found.get_max_value() == pytest.approx(60e9, rel=1e-3)


def test_histograms_merge():
    """Two decoded histograms add up to the histogram of all."""
    half = len(SKEWED) // 2
    whole, rest = decode(encode(SKEWED[:half])), decode(encode(SKEWED[half:]))
    whole.add(rest)
    assert whole.get_total_count() == len(SKEWED)
    assert whole.get_value_at_percentile(99) == decode(encode(SKEWED)).get_value_at_percentile(99)


@pytest.mark.parametrize("count", [60, 300, 3_000, 30_000])
def test_quantiles_are_numpys(count: int):
    """Every quantile reported is numpy's."""
    sample = SKEWED[:count]
    found = quantiles(sample)
    for name, value in found.items():
        assert value == pytest.approx(np.quantile(sample, float(name[1:]) / 100), rel=1e-12)


@pytest.mark.parametrize(
    ("count", "names"),
    [
        (0, []),
        (1, []),
        (2, ["p50"]),
        (299, ["p50"]),
        (300, ["p50", "p90"]),
        (3_000, ["p50", "p90", "p99"]),
        (29_999, ["p50", "p90", "p99"]),
        (30_000, ["p50", "p90", "p99", "p99.9"]),
    ],
)
def test_only_allowed_quantiles(count: int, names: list[str]):
    """A quantile needs 30 round trips beyond it, a median two in all."""
    assert list(quantiles(SKEWED[:count])) == names


@pytest.mark.parametrize(("quantile", "name"), [(0.5, "p50"), (0.99, "p99"), (0.999, "p99.9")])
def test_quantile_names(quantile: float, name: str):
    """Percent without trailing zeros."""
    assert quantile_name(quantile) == name


@given(st.lists(LATENCIES, max_size=5))
def test_parts_merge_to_the_whole(parts: list[list[int]]):
    """Any parts add up to the histogram of all their values, and to the same text."""
    together = [latency for part in parts for latency in part]
    assert text_of(merge(map(encode, parts))) == encode(together)


def test_nothing_merges_to_nothing():
    """Neither "" nor an empty histogram changes the smallest value, and nothing has no quantile."""
    assert merge(["", encode([]), encode([7, 9]), ""]).get_min_value() == 7
    empty = merge(["", encode([])])
    assert empty.get_total_count() == 0
    assert (quantile_of(empty, 0.99), quantiles_of(empty)) == (0, {})


@pytest.mark.parametrize("count", [59, 60, 300, 3_000, 30_000])
def test_quantiles_of_a_histogram(count: int):
    """A histogram allows the quantiles its sample does, each within its bin of 0.1 %."""
    sample = SKEWED[:count]
    found, exact = quantiles_of(merge([encode(sample)])), quantiles(sample)
    assert list(found) == list(exact)
    for quantile in (0.5, 0.9, 0.99, 0.999)[: len(found)]:
        value = found[quantile_name(quantile)]
        assert value == pytest.approx(np.quantile(sample, quantile, method="inverted_cdf"), rel=1e-3)
        assert value == quantile_of(merge([encode(sample)]), quantile)
