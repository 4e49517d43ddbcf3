"""What is wrong in any record: numbers that nothing can have been measured to be, names nobody has.

Each function yields what is wrong, in words that begin with the field.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

import msgspec

LARGEST = 2**63
"""No count, time in ns or rate is larger, and no share or time smaller than 1 / LARGEST unless it is 0."""

SIGNED = frozenset({"seed"})
NUMBERS = frozenset({int, float})


def numbers(value: object, where: str) -> Iterator[str]:
    """Yield where a record holds a number that is negative, too large, or so small that it can't be meant."""
    if not _sound(value):  # names are made only where one is needed
        yield from _unsound(value, where)


def _sound(value: object) -> bool:
    """Whether all numbers of a record are of a size that they can have been measured to be."""
    if isinstance(value, bool | str | None):
        return True
    if isinstance(value, int | float):
        return value == 0 or 1 / LARGEST <= value <= LARGEST
    if isinstance(value, msgspec.Struct):
        return all(_sound(getattr(value, name)) for name in value.__struct_fields__ if name not in SIGNED)
    if isinstance(value, Mapping):
        return all(map(_sound, value.values()))
    if isinstance(value, tuple) and value and NUMBERS.issuperset(map(type, value)) and min(value) > 0:
        return bool(min(value) >= 1 / LARGEST and max(value) <= LARGEST)  # most numbers are in such tuples
    return not isinstance(value, Iterable) or all(map(_sound, value))


def _unsound(value: object, where: str) -> Iterator[str]:
    """Yield each such number with where it is."""
    if isinstance(value, bool | str | None):
        return
    if isinstance(value, int | float):
        if not _sound(value):
            yield f"{where} can't be {value}"
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in SIGNED:
                yield from _unsound(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _unsound(one, f"{where}.{key}")
    elif isinstance(value, Iterable):
        for index, one in enumerate(value):
            yield from _unsound(one, f"{where}[{index}]")


def ascending(field: str, quantiles: Mapping[str, float]) -> Iterator[str]:
    """Yield whether quantiles have names that are none, or a higher one is shorter than a lower one."""
    try:
        named = sorted((float(name.removeprefix("p")), value) for name, value in quantiles.items())
    except ValueError:
        yield f"{field} has a name that is no quantile's: {', '.join(quantiles)}"
        return
    values = [value for _, value in named]
    if values != sorted(values):
        yield f"{field}: a higher quantile is shorter than a lower one"


def strangers(
    field: str, labels: Iterable[str], known: Iterable[str], who: str = "the plan has"
) -> Iterator[str]:
    """Yield which labels are not among those known; `who` knows them."""
    known = dict.fromkeys(known)
    for label in labels:
        if label not in known:
            yield f"{field} name {label!r}, and {who} {', '.join(known) or 'nobody'}"


def twice(what: str, found: Iterable[Hashable]) -> Iterator[str]:
    """Yield what is in a sequence more than once."""
    seen = set[Hashable]()
    for one in found:
        if one in seen:
            yield f"{what} {one} is there twice"
        seen.add(one)
