"""pyarrow reads a result's Parquet file, and finds the numbers of its tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from exported import counts, reference, table
from load_runs import load_run
from pyarrow.parquet import read_table
from wsbench.exporters.parquet import parquet
from wsbench.workflow.shown import shown_of


def read(content: bytes) -> Any:
    """Return the table of a file."""
    return read_table(pa.BufferReader(content))


@pytest.mark.parametrize("make", [reference, counts])
def test_every_line_of_csv_is_a_row(make: object) -> None:
    """With the same columns and values; null where CSV has nothing."""
    rows = {one["name"]: one for one in read(parquet(make())).to_pylist()}  # type: ignore[operator]
    lines = table(make)
    assert rows.keys() == lines.keys()
    for name, line in lines.items():
        for column, text in line.items():
            value = rows[name][column]
            assert ("" if value is None else str(value)) == text


def test_all_kinds_have_the_same_columns() -> None:
    """So files of several runs make one table, told apart by run and time."""
    parts = [read(parquet(one)) for one in (reference(), counts(), shown_of(load_run()))]
    whole = pa.concat_tables(parts)
    assert whole.num_rows == sum(one.num_rows for one in parts)
    assert {*whole["run"].to_pylist()} == {"default", "counts", "test"}
    assert pa.types.is_floating(whole.schema.field("share").type)
    assert len(whole["rounds"][0]) == 8
