"""Durations as people write them: `5ms`, `10s`, `2m`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from ..errors import UsageError

UNITS = {
    "us": 1_000,
    "µs": 1_000,  # both signs for micro
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
}
"""Nanoseconds of each unit."""

_NUMBER = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\D*)")


def read_ns(text: str, said: str) -> int:
    """Read a duration in ns; `said` is the option with its value, for the messages. Raises `UsageError`."""
    found = _NUMBER.fullmatch(text)
    if not found:
        raise UsageError(f"{said}: {text!r} is no time; write a number and a unit, as 5ms")
    if not found["unit"]:
        raise UsageError(f"{said}: {text} of what? write us, ms, s or m behind it")
    if found["unit"] not in UNITS:
        raise UsageError(f"{said}: {found['unit']!r} is no unit of time; write us, ms, s or m")
    return round(Decimal(found["number"]) * UNITS[found["unit"]])


def read_duration(text: str, option: str, unit: str) -> int:
    """Read the value of an option whose bare numbers are in `unit`, in ns. Raises `UsageError`."""
    said = f"{option} {text!r}"
    try:
        bare = Decimal(text.strip())
    except InvalidOperation:
        return read_ns(text.strip(), said)
    if not bare.is_finite() or bare < 0:
        raise UsageError(f"{said} is no time; write a number and a unit, as 5ms")
    return round(bare * UNITS[unit])


def read_micros(text: str, option: str) -> int:
    """Read the value of an option in whole µs, which bare numbers are. Raises `UsageError`."""
    us, rest = divmod(read_duration(text, option, "us"), UNITS["us"])
    if rest:
        raise UsageError(f"{option} {text!r}: whole microseconds, as 50us")
    return us


def read_timeout(text: str, option: str) -> float:
    """Read how long something is waited for, in s. Raises `UsageError` for no time at all."""
    ns = read_ns(text.strip(), f"{option} {text!r}")
    if ns < 1_000_000:
        raise UsageError(f"{option} {text!r}: a wait is at least 1 ms")
    return ns / 1e9
