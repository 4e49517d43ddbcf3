"""A result in the Bencher Metric Format: by benchmark and measure, a value with both ends of its interval.

Source: Bencher's reference of the format. Its two measures that every project has, `latency` in ns and
`throughput` in operations per second, get our p50 and our messages per second; the others are called as
they are here, with `-` for what a slug can't have, and are made by Bencher when it first sees them.
"""

from __future__ import annotations

import re
from typing import Any

from ..plan.metrics import METRICS
from ..report.formats import json
from .figures import Entry, compared
from .shown import Shown

BUILT_IN = {"rtt_p50": "latency", "throughput": "throughput"}
MOST_CHARACTERS = 1024
"""Of the name of a benchmark."""


def bencher(shown: Shown) -> str:
    """Return a run, load run or counts as JSON. Raises `UsageError` as `entries` does."""
    found: dict[str, Any] = {}
    for one in compared(shown):
        found.setdefault(one.benchmark[:MOST_CHARACTERS], {})[measure(one.metric)] = _metric(one)
    return json(found)


def measure(metric: str) -> str:
    """Return what a metric is called there: `rtt-p99`."""
    assert metric in METRICS
    return BUILT_IN.get(metric) or re.sub(r"[^a-z0-9]+", "-", metric)


def _metric(entry: Entry) -> dict[str, float]:
    figure = entry.figure
    ends = {"lower_value": figure.low, "upper_value": figure.high}
    return {"value": figure.value} | {name: end for name, end in ends.items() if end is not None}
