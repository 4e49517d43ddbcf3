"""A run as the JSON of pytest-benchmark, for `pytest-benchmark compare` and `pytest --benchmark-compare`.

Each of the two readers needs keys that the other one does not; what is written here is what both need. Every
number is in seconds, of a rate the seconds for one message, so that less is better in all of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import msgspec

from ..analysis.run import Analysis
from ..errors import UsageError
from ..report.formats import json
from .figures import Entry, compared, valid_source
from .shown import Shown
from .units import seconds


def pytest_benchmark(shown: Shown) -> str:
    """Return a run of servers side by side as JSON. Raises `UsageError` for other results, and without any.

    `mean` is the number of the table, the trimmed mean over rounds; all other statistics are of the rounds.
    """
    source = valid_source(shown)
    if not isinstance(source.analysis, Analysis):
        raise UsageError("pytest-benchmark is for servers side by side: it has no rates, and no counts")
    header = source.run.header
    machine = header.environment
    document = {
        "machine_info": {
            "cpu": {"brand_raw": machine.cpu, "count": machine.cores},
            "system": machine.system,
            "python": machine.python,
            "wsbench": header.wsbench,
        },
        "commit_info": {},
        "benchmarks": [found for one in compared(shown) if (found := _benchmark(one))],
        "datetime": header.started,
        "version": f"wsbench {header.wsbench}",
    }
    return json(document)


def _benchmark(entry: Entry) -> dict[str, Any] | None:
    """Return one benchmark, None for what is not a time."""
    unit = entry.figure.unit
    mean = seconds(unit, entry.figure.value)
    rounds = [found for one in entry.rounds if (found := seconds(unit, one))]
    if not (mean and rounds):
        return None
    return {
        "group": f"{entry.metric}, {entry.workload}",
        "name": entry.who,
        "fullname": f"wsbench::{entry.name}",
        "params": None,
        "param": None,
        "extra_info": {**msgspec.structs.asdict(entry.figure), "bound": entry.bound},
        "options": {},
        "stats": _statistics(mean, rounds),
    }


def _quartiles(rounds: Sequence[float]) -> list[float]:
    return statistics.quantiles(rounds, n=4, method="inclusive") if len(rounds) > 1 else [rounds[0]] * 3


def _statistics(mean: float, rounds: Sequence[float]) -> dict[str, Any]:
    """Return what pytest-benchmark tells of rounds, with its own rules for outliers."""
    deviation = statistics.stdev(rounds) if len(rounds) > 1 else 0.0
    first, median, third = _quartiles(rounds)
    wide = third - first
    far = sum(not mean - deviation <= one <= mean + deviation for one in rounds)
    beyond = sum(not first - 1.5 * wide <= one <= third + 1.5 * wide for one in rounds)
    return {
        "min": min(rounds),
        "max": max(rounds),
        "mean": mean,
        "stddev": deviation,
        "rounds": len(rounds),
        "median": median,
        "iqr": wide,
        "q1": first,
        "q3": third,
        "outliers": f"{far};{beyond}",
        "iterations": 1,
    }
