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

LONGEST_NS = 7 * 24 * 3600 * UNITS["s"]
"""A week: no run of ours is meant to last so long, and no poll of the system can wait for 25 days."""

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
    return _ns(Decimal(found["number"]), found["unit"], said)


def _ns(number: Decimal, unit: str, said: str) -> int:
    if number > LONGEST_NS // UNITS[unit]:  # before it is multiplied: 1e999999 takes all memory as an integer
        raise UsageError(f"{said}: longer than a week")
    return round(number * UNITS[unit])


def read_duration(text: str, option: str, unit: str) -> int:
    """Read the value of an option whose bare numbers are in `unit`, in ns. Raises `UsageError`."""
    said = f"{option} {text!r}"
    try:
        bare = Decimal(text.strip())
    except InvalidOperation:
        return read_ns(text.strip(), said)
    if not bare.is_finite() or bare < 0:
        raise UsageError(f"{said} is no time; write a number and a unit, as 5ms")
    return _ns(bare, unit, said)


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
