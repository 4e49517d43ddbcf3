"""Rows as a frame of pandas or of polars, whichever is there; neither is needed for anything else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec

from ..errors import UsageError
from ..targets.catalogue import choose

LIBRARIES = ("pandas", "polars")
"""Of two that are installed the first is taken, unless the caller names one."""


def frame_of(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct], library: str | None = None) -> Any:
    """Return rows of a kind as a `DataFrame`, a column for each field. Raises `UsageError`."""
    there, fields = _imported(library), msgspec.structs.fields(kind)
    columns = {one.name: [_cell(getattr(row, one.name)) for row in rows] for one in fields}
    frame = there.DataFrame(columns)
    numbers = [one.name for one in fields if one.type in {float, float | None}]
    if there.__name__ == "polars":
        return frame.cast(dict.fromkeys(numbers, there.Float64))
    return frame.astype(dict.fromkeys(numbers, float))


def _cell(value: object) -> object:
    """Return a value as both libraries take it: several values of a cell are a list."""
    return list(value) if isinstance(value, tuple) else value


def _has(library: str) -> bool:
    return find_spec(library) is not None


def _imported(library: str | None) -> Any:
    wanted = LIBRARIES if library is None else (choose("library", library, LIBRARIES),)
    found = next(filter(_has, wanted), None)
    if found is None:
        how = " or ".join(f"pip install 'wsbench[{one}]'" for one in wanted)
        raise UsageError(f"a frame needs {' or '.join(wanted)}, which {_are(wanted)} not installed: {how}")
    return import_module(found)


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
