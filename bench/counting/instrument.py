"""What all instruments are to the one who counts: how the server is started, and what was counted so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from ..machine.launcher import Server

Totals = dict[str, dict[str, float]]
"""What was counted so far, by metric and by part (a function, a system call), "" where there is none."""


CALLS = ", calls"
"""What the name of a metric ends in whose parts are calls: from whom, a tab, and of whom."""


class Tool(ABC):
    """One instrument with one process; its files are in `folder`, which is gone afterwards.

    `under` are the words before the interpreter's, `environment` variables of the process, and `counts` is
    what standalone/counters.py is to count inside it, "" for nothing. Its windows have `longer` times as many
    messages as the plan says. With `graph` it keeps who called whom, where it knows.
    """

    counts: ClassVar[str] = ""
    environment: ClassVar[dict[str, str]] = {}
    longer: ClassVar[int] = 1

    def __init__(self, folder: Path, *, graph: bool = False) -> None:
        self.folder, self.graph = folder, graph

    @property
    def under(self) -> tuple[str, ...]:
        """The words before the interpreter's."""
        return ()

    def begin(self, server: Server) -> None:  # noqa: B027  # most count from the beginning
        """Begin to count; what is counted from here on cancels out. Raises `CountError`."""

    @abstractmethod
    def totals(self, server: Server) -> Totals:
        """Return what was counted so far. Raises `CountError`, `ChildError`."""

    def told(self, server: Server, one: Totals) -> Totals:
        """Return what was counted with the names that are told; nothing is counted after that.

        Raises `CountError`, `ChildError`.
        """
        del server
        return one


def calls_of(one: Totals, metric: str) -> dict[tuple[str, str], float]:
    """Return what the calls of a metric took, by caller and callee."""
    found = {}
    for part, value in one.get(metric + CALLS, {}).items():
        caller, _, callee = part.partition("\t")
        found[caller, callee] = value
    return found


def with_calls(own: Mapping[str, float], costs: Mapping[tuple[str, str], float], metric: str) -> Totals:
    """Return a metric with what it is made of, and what its calls took."""
    return {metric: {**own}, metric + CALLS: {"\t".join(edge): cost for edge, cost in costs.items()}}


def scaled(one: Totals, by: float) -> Totals:
    """Return so many times as much."""
    return {metric: {part: by * value for part, value in parts.items()} for metric, parts in one.items()}


def added(one: Totals, other: Totals, sign: int = 1) -> Totals:
    """Return the sum of two, or with the sign -1 the difference."""
    return {
        metric: {
            part: one.get(metric, {}).get(part, 0) + sign * other.get(metric, {}).get(part, 0)
            for part in {**one.get(metric, {}), **other.get(metric, {})}
        }
        for metric in {**one, **other}
    }
