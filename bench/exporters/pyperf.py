"""A result as the JSON of pyperf 2, for `pyperf compare_to`, `check`, `stats`, `show` and `hist`.

pyperf holds all values of a benchmark against each other in one t test, and the unit of our statistics is
the round: there is one value per round, whose `loops` are the messages that it is of. It takes less for
better whatever the unit, and knows of seconds, bytes and plain numbers only, so a rate is written as the
seconds for one.
"""

from __future__ import annotations

from typing import Any

from ..report.formats import json
from .figures import Entry, compared, valid_source
from .shown import Shown
from .units import less_is_better

VERSION = "1.0"
"""That of the file format."""

UNITS = {"s": "second", "B": "byte"}
"""pyperf's words for units; what is counted is `integer`."""


def pyperf(shown: Shown) -> str:
    """Return a run, load run or counts as JSON. Raises `UsageError` as `entries` does."""
    header = valid_source(shown).run.header
    benchmarks = [found for one in compared(shown) if (found := _benchmark(one))]
    common = {
        "cpu_model_name": header.environment.cpu,
        "platform": header.environment.system,
        "wsbench_version": header.wsbench,
        "wsbench_started": header.started,
        "wsbench_label": header.label,
    }
    kept = {name: text for name, text in common.items() if text}
    return json({"version": VERSION, "metadata": kept, "benchmarks": benchmarks})


def _benchmark(entry: Entry) -> dict[str, Any] | None:
    """Return one benchmark, None where pyperf has no unit for it, or a round is not above 0."""
    figure, less = entry.figure, less_is_better(entry.figure.unit)
    values = [less[1](one) for one in entry.rounds] if less else []
    if not (less and values and all(values)):
        return None
    ends = {"wsbench_low": figure.low, "wsbench_high": figure.high}
    metadata = {
        "name": entry.name,
        "unit": UNITS.get(less[0], "integer"),
        "wsbench_unit": figure.unit,
        "wsbench_value": figure.value,
        **{name: end for name, end in ends.items() if end is not None},
        "server_version": figure.version,
        "server_python": figure.python,
        "wsbench_limit": "client" if entry.bound else "",
    }
    loops = entry.messages if len(entry.messages) == len(values) and less[0] == "s" else (1,) * len(values)
    return {
        "metadata": {name: text for name, text in metadata.items() if text != ""},
        "runs": [
            {"metadata": {"loops": max(1, loop)}, "values": [one]}
            for loop, one in zip(loops, values, strict=True)
        ],
    }
