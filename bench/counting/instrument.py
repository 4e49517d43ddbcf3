"""What all instruments are to the one who counts: how the server is started, and what was counted so far."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from ..machine.launcher import Server

Totals = dict[str, dict[str, float]]
"""What was counted so far, by metric and by part (a function, a system call), "" where there is none."""


class Tool(ABC):
    """One instrument with one process; its files are in `folder`, which is gone afterwards.

    `under` are the words before the interpreter's, `environment` variables of the process, and `counts` is
    what standalone/counters.py is to count inside it, "" for nothing. Its windows have `longer` times as many
    messages as the plan says.
    """

    counts: ClassVar[str] = ""
    environment: ClassVar[dict[str, str]] = {}
    longer: ClassVar[int] = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def under(self) -> tuple[str, ...]:
        """The words before the interpreter's."""
        return ()

    def begin(self, server: Server) -> None:  # noqa: B027  # most count from the beginning
        """Begin to count; what is counted from here on cancels out. Raises `CountError`."""

    @abstractmethod
    def totals(self, server: Server) -> Totals:
        """Return what was counted so far. Raises `CountError`, `ChildError`."""


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
