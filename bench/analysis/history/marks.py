"""Where what was measured, or what measured it, became another from one run of a series to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from ...facts.provenance import differences
from ...records.common import Proof
from .record import Value


class Mark(msgspec.Struct, frozen=True):
    """From point `at` (index) on something is another than before: the `server`, or an `instrument`."""

    at: int
    kind: Literal["server", "instrument"]
    text: str


def marks_of(values: Sequence[Value]) -> Iterator[Mark]:
    """Yield in what each run of a series differs from the one before it."""
    for at, (before, after) in enumerate(pairwise(values), 1):
        if text := _served(before, after):
            yield Mark(at, "server", f"{after.key.server}: {text}")
        for text in _measured(before.instruments, after.instruments):
            yield Mark(at, "instrument", text)


def _served(before: Value, after: Value) -> str:
    if before.version != after.version:
        return f"version {before.version or 'unknown'}, now {after.version or 'unknown'}"
    if before.revision != after.revision:
        return f"{before.revision or 'as installed'}, now {after.revision or 'as installed'}"
    return _differing(before.proof, after.proof)


def _measured(before: Mapping[str, Proof | str], after: Mapping[str, Proof | str]) -> Iterator[str]:
    for name in before.keys() & after.keys():
        one, other = before[name], after[name]
        if isinstance(one, Proof) and isinstance(other, Proof):
            if text := _differing(one, other):
                yield f"{name}: {text}"
        elif one and other and one != other:
            yield f"{name} {_short(one)}, now {_short(other)}"


def _short(one: Proof | str) -> str:
    return one.version if isinstance(one, Proof) else one.split(" (")[0]


def _differing(before: Proof, after: Proof) -> str:
    """Return in what two proofs differ; code of which nothing is known differs from none."""
    if not (before.code and after.code):
        known = before.code or after.code
        before, after = (msgspec.structs.replace(one, code=known or "unknown") for one in (before, after))
    return differences(before, after)
