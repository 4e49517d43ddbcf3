"""Units for programs that take less for better, whatever it is of."""

from __future__ import annotations

from collections.abc import Callable

_PER_SECOND = frozenset({"msg/s", "connections/s"})
_TIMES = frozenset({"ns", "ns/msg"})
_BYTES = frozenset({"bytes", "bytes/msg"})
_PER_MESSAGE = ("/msg", "/1,000 msg")


def less_is_better(unit: str) -> tuple[str, Callable[[float], float | None]] | None:
    """Return the unit and what a number becomes in it where less must be better: `s`, `B` or our own unit.

    Rates become the time for one. None where less is not better: of shares, indices and ratios.
    """
    if unit in _BYTES:
        return "B", lambda value: value
    if unit in _TIMES | _PER_SECOND:
        return "s", lambda value: seconds(unit, value)
    return (unit, lambda value: value) if unit.endswith(_PER_MESSAGE) else None


def seconds(unit: str, value: float) -> float | None:
    """Return a time in s, of a rate the time for one; None for what is neither, and for 0."""
    if not value:
        return None
    return value / 1e9 if unit in _TIMES else 1 / value if unit in _PER_SECOND else None
