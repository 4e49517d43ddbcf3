"""A result in the text format of OpenMetrics 1.0, for Prometheus: gauges of each number and its interval.

Base units are used, as the format asks for: times in s and memory in bytes. Readers of Prometheus' older
text format, such as the collector of text files, read it too: all is gauges, and no sample has a time of day.
When the run began is a gauge of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from .. import escaping
from ..plan.metrics import METRICS
from .figures import Entry, entries, valid_source
from .shown import Shown

UNITS = {
    "ns": ("seconds", 1e9),
    "ns/msg": ("seconds", 1e9),
    "msg/s": ("messages_per_second", 1.0),
    "connections/s": ("connections_per_second", 1.0),
    "connections": ("connections", 1.0),
    "bytes": ("bytes", 1.0),
    "bytes/msg": ("bytes", 1.0),
    "ratio": ("ratio", 1.0),
    "index": ("ratio", 1.0),
    "share": ("ratio", 1.0),
    "instructions/msg": ("instructions", 1.0),
    "calls/msg": ("calls", 1.0),
    "blocks/msg": ("blocks", 1.0),
    "switches/msg": ("switches", 1.0),
    "collections/1,000 msg": ("collections", 1.0),
}
"""The unit there for each of ours, and what a number is divided by."""

PREFIX = "wsbench"
Labels = Mapping[str, str]


def openmetrics(shown: Shown) -> str:
    """Return a run, load run or counts as text. Raises `UsageError` as `entries` does."""
    found = entries(shown)
    header = valid_source(shown).run.header
    families: dict[str, list[str]] = {}
    for entry in found:
        for part, value in (("", entry.figure.value), ("low", entry.figure.low), ("high", entry.figure.high)):
            if value is not None:
                _gauge(families, entry, part, value)
    run = {"label": header.label, "wsbench": header.wsbench, "cpu": header.environment.cpu}
    began = datetime.fromisoformat(header.started).timestamp()
    lines = [
        *_info("run", [run]),
        f"# TYPE {PREFIX}_run_started_timestamp_seconds gauge",
        f"# UNIT {PREFIX}_run_started_timestamp_seconds seconds",
        f"{PREFIX}_run_started_timestamp_seconds {began:.3f}",
        *_info("server", _servers(found)),
        *(line for family in families.values() for line in family),
    ]
    return "\n".join((*lines, "# EOF\n"))


def _gauge(families: dict[str, list[str]], entry: Entry, part: str, value: float) -> None:
    """Add a sample to its family, which begins with its type, unit and meaning."""
    metric = METRICS[entry.metric]
    unit, divisor = UNITS[metric.unit]
    name = "_".join(filter(None, (PREFIX, re.sub(r"\W", "_", metric.name), part, unit)))
    end = f"{part} end of the 95 % interval of " if part else ""
    head = [
        f"# TYPE {name} gauge",
        f"# UNIT {name} {unit}",
        f"# HELP {name} {end}{metric.name} ({metric.unit} in wsbench).",
    ]
    labels = {"server": entry.server, "client": entry.client, "workload": entry.workload}
    families.setdefault(name, head).append(f"{name}{_labels(labels)} {value / divisor!r}")


def _info(name: str, samples: Iterable[Labels]) -> list[str]:
    """Return words as labels of a number that says nothing, a line for each."""
    family = f"{PREFIX}_{name}_info"
    return [f"# TYPE {family} gauge", *(f"{family}{_labels(one)} 1" for one in samples)]


def _servers(found: Iterable[Entry]) -> list[Labels]:
    """Return what each server was: its versions change from run to run, and are no part of other names."""
    figures = {one.server: one.figure for one in found}
    return [
        {"server": name, "version": one.version, "python": one.python, "on": one.made_of}
        for name, one in figures.items()
    ]


def _labels(labels: Labels) -> str:
    """Return labels without those that are empty, which mean the same as none."""
    kept = [f'{name}="{_escaped(text)}"' for name, text in labels.items() if text]
    return f"{{{','.join(kept)}}}"


def _escaped(text: str) -> str:
    return escaping.visible(text).replace("\\", "\\\\").replace('"', '\\"')
