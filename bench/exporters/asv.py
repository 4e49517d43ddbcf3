"""A result as asv (airspeed velocity) keeps results: files in its folder of results, by machine and commit.

asv takes less for better whatever the unit, so rates are written as the time for one. Source: what asv 0.6
itself writes (results of version 2, benchmarks of version 2, machines of version 1).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from .figures import compared, valid_source
from .shown import Shown
from .units import less_is_better

ENVIRONMENT = "wsbench"
"""The name of the environment; servers have their own, which their labels tell."""

UNITS = {"s": "seconds", "B": "bytes"}
"""asv's words for units that it scales when it shows them."""

COLUMNS = ("result", "params", "version", "started_at", "duration")


class Commit(msgspec.Struct, frozen=True):
    """The commit that a result is of: its 40 digits, and when it was made, in s since 1970."""

    digits: str
    made: int


def asv(shown: Shown, commit: Commit) -> dict[str, dict[str, Any]]:
    """Return the documents of a run, load run or counts by their path under asv's folder of results.

    Raises `UsageError` as `entries` does.
    """
    header = valid_source(shown).run.header
    machine = header.environment
    name = re.sub(
        r"[^\w.]+", "-", f"{machine.cpu or 'machine'} {machine.cores} cores"
    )  # it is a folder's, too
    began = int(datetime.fromisoformat(header.started).timestamp() * 1000)
    results: dict[str, Any] = {}
    benchmarks: dict[str, Any] = {"version": 2}
    for entry in compared(shown):
        less = less_is_better(entry.figure.unit)
        if less and (value := less[1](entry.figure.value)) is not None:
            results[entry.name] = [[value], [], VERSION, began, 0.0]
            benchmarks[entry.name] = _benchmark(entry.name, UNITS.get(less[0], less[0]))
    params = {"cpu": machine.cpu, "machine": name, "num_cpu": str(machine.cores), "os": machine.system}
    return {
        f"{name}/machine.json": {**params, "arch": "", "ram": "", "version": 1},
        "benchmarks.json": benchmarks,
        f"{name}/{commit.digits[:8]}-{ENVIRONMENT}.json": {
            "commit_hash": commit.digits,
            "env_name": ENVIRONMENT,
            "date": commit.made * 1000,
            "params": {**params, "arch": "", "ram": "", "python": machine.python},
            "python": machine.python,
            "requirements": {},
            "env_vars": {},
            "result_columns": list(COLUMNS),
            "results": results,
            "durations": {},
            "version": 2,
        },
    }


VERSION = "1"
"""That of a benchmark: asv forgets results of other versions."""


def _benchmark(name: str, unit: str) -> dict[str, Any]:
    return {
        "code": "",
        "name": name,
        "param_names": [],
        "params": [],
        "timeout": 60.0,
        "type": "track",
        "unit": unit,
        "version": VERSION,
    }
