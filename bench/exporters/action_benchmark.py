"""A result for the github-action-benchmark action: entries with name, value and unit, one file a direction.

Source: the action's README (tools customSmallerIsBetter and customBiggerIsBetter). A file is all of one
direction, so a run with latency and throughput is two files and two steps.
"""

from __future__ import annotations

from typing import Any, Literal

from ..errors import UsageError
from ..report.formats import json
from .figures import Entry, compared
from .shown import Shown


def smaller_is_better(shown: Shown) -> str:
    """Return what is better the smaller it is. Raises `UsageError` as `entries` does, and without any."""
    return _of(shown, "lower", "smaller")


def bigger_is_better(shown: Shown) -> str:
    """Return what is better the bigger it is. Raises `UsageError` as `entries` does, and without any."""
    return _of(shown, "higher", "bigger")


def _of(shown: Shown, better: Literal["lower", "higher"], word: str) -> str:
    found = [_entry(one) for one in compared(shown) if one.better == better]
    if not found:
        raise UsageError(f"this result has nothing that is better the {word} it is")
    return json(found)


def _entry(entry: Entry) -> dict[str, Any]:
    figure = entry.figure
    extra = [f"{figure.server} {figure.version}".strip(), f"{figure.n} rounds"]
    found: dict[str, Any] = {"name": entry.name, "unit": figure.unit, "value": figure.value}
    if figure.low is not None and figure.high is not None:
        half = max(figure.value - figure.low, figure.high - figure.value)
        found["range"] = f"± {half:.6f}"  # without digits behind the point the action draws none
        extra.append(f"95 % CI {figure.low:.6g} to {figure.high:.6g} {figure.unit}")
    if entry.bound:
        extra.append("the client was the limit")
    return {**found, "extra": "\n".join(extra)}
