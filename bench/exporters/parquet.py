"""A result as a Parquet file, for data frames: a row for each number. The only importer of pyarrow."""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec

from ..report.figures import LoadFigure
from .figures import Entry, entries, valid_source
from .shown import Shown


def parquet(shown: Shown) -> bytes:
    """Return a run, load run or counts as a file. Raises `UsageError` as `entries` does.

    All three have the same columns, so that files can be put together: those of CSV, null where a kind of
    result lacks one, and `workload`, `name`, `better`, `rounds`, `bound`, `run`, `started` and `wsbench`.
    """
    import pyarrow as pa
    from pyarrow.parquet import write_table

    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    fields = [(name, types[_plain(kind)]) for name, kind in get_type_hints(LoadFigure).items()]
    more = [(name, pa.string()) for name in ("workload", "name", "better", "run", "started", "wsbench")]
    schema = pa.schema([*fields, *more, ("rounds", pa.list_(pa.float64())), ("bound", pa.bool_())])
    header = valid_source(shown).run.header
    run = {"run": header.label, "started": header.started, "wsbench": header.wsbench}
    rows = [{**_row(one), **run} for one in entries(shown)]
    target = pa.BufferOutputStream()
    write_table(pa.Table.from_pylist(rows, schema=schema), target)
    return bytes(target.getvalue().to_pybytes())


def _plain(kind: Any) -> Any:
    """Return a type without None."""
    kinds = [one for one in getattr(kind, "__args__", (kind,)) if one is not type(None)]
    return kinds[0]


def _row(entry: Entry) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(entry.figure),
        "workload": entry.workload,
        "name": entry.name,
        "better": entry.better,
        "rounds": list(entry.rounds),
        "bound": entry.bound,
    }
