"""Round trips as exact quantiles, and as an HdrHistogram for merging."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from .estimate import QUANTILES, allowed_quantiles

HIGHEST_NS = 60 * 10**9
DIGITS = 3

OUTER_BYTES = 8
"""Cookie and length, before what is compressed."""
_RANGE = struct.Struct(">12xiqq")
"""Digits, lowest and highest value, behind cookie, length and offset."""
MOST_BYTES = 1 << 20
"""Uncompressed, none of this range and these digits has half as many."""


def quantile_name(quantile: float) -> str:
    """Return `p50`, `p99`, `p99.9` …."""
    return f"p{quantile * 100:g}"


def quantiles(latencies_ns: Sequence[int] | NDArray[np.int64]) -> dict[str, float]:
    """Return the quantiles that this many round trips allow, in ns."""
    allowed = allowed_quantiles(len(latencies_ns), QUANTILES)
    if not allowed:
        return {}
    found = np.quantile(np.asarray(latencies_ns), allowed)
    return {quantile_name(q): float(value) for q, value in zip(allowed, found, strict=True)}


def encode(latencies_ns: Sequence[int] | NDArray[np.int64]) -> str:
    """Return an HdrHistogram (V2, base64) of the round trips in ns, three significant digits."""
    histogram = HdrHistogram(1, HIGHEST_NS, DIGITS)
    values, counts = np.unique(np.asarray(latencies_ns, dtype=np.int64), return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        histogram.record_value(min(value, HIGHEST_NS), count)
    return text_of(histogram)


def decode(text: str) -> HdrHistogram:
    """Return the histogram behind a string made by `encode`."""
    return HdrHistogram.decode(text.encode())


def is_encoded(text: str) -> bool:
    """Whether a string is what `encode` makes: decoding others may fail, or take any amount of memory."""
    try:
        packed = base64.b64decode(text, validate=True)[OUTER_BYTES:]
        payload = zlib.decompressobj().decompress(packed, MOST_BYTES)
        if len(payload) == MOST_BYTES or _RANGE.unpack_from(payload) != (DIGITS, 1, HIGHEST_NS):
            return False
        decode(text)
    except Exception:  # noqa: BLE001  # the library has exceptions of its own, and raises others besides
        return False
    return True


def merge(texts: Iterable[str]) -> HdrHistogram:
    """Return one histogram of all values behind strings made by `encode`; "" stands for none."""
    histogram = HdrHistogram(1, HIGHEST_NS, DIGITS)
    for text in texts:
        part = decode(text) if text else None
        if part and part.get_total_count():  # adding an empty one would set the smallest value to 0
            histogram.add(part)
    return histogram


def text_of(histogram: HdrHistogram) -> str:
    """Return a histogram as `encode` does."""
    return str(histogram.encode().decode())


def quantile_of(histogram: HdrHistogram, quantile: float) -> float:
    """Return a quantile in ns however few values there are, 0 for none; the upper end of its bin."""
    return float(histogram.get_value_at_percentile(100 * quantile))


def bin_end(ns: float) -> float:
    """Return the upper end of the bin that a time falls into: all of it reads as one value."""
    return float(_bins().get_highest_equivalent_value(round(ns)))


@cache
def _bins() -> HdrHistogram:
    """Return an empty histogram: it knows where bins end."""
    return HdrHistogram(1, HIGHEST_NS, DIGITS)


def quantiles_of(histogram: HdrHistogram) -> dict[str, float]:
    """Return the quantiles in ns that a histogram has values enough for."""
    allowed = allowed_quantiles(histogram.get_total_count(), QUANTILES)
    found = histogram.get_percentile_to_value_dict([100 * quantile for quantile in allowed])
    return {quantile_name(quantile): float(found[100 * quantile]) for quantile in allowed}


def longest(text: str) -> float:
    """Return the largest value behind a string made by `encode`, in ns; the upper end of its bin."""
    return float(decode(text).get_max_value())
