"""What differs between the counts of two servers, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from ..rendering.columns import Column, Table, table_of
from ..rendering.numbers import number
from ..verdicts.causes import Cause, Causes

COLUMNS: tuple[Column[Cause], ...] = (
    Column(("what",), lambda one, _wide: one.kind, numeric=False),
    Column(("where",), lambda one, _wide: one.name, numeric=False),
    Column(("before",), lambda one, _wide: number(one.before)),
    Column(("after",), lambda one, _wide: number(one.after)),
    Column(("more",), lambda one, _wide: f"{'+' if one.change > 0 else ''}{number(one.change)}"),
)

BELOW = (
    "per message; of C functions, and of Python functions as cost with all that they call, the instructions;"
    " of all others how often. The nearest to the code that changed comes first."
)


def cause_tables(found: Iterable[Causes]) -> list[Table]:
    """Return a table for each pair and workload that differs."""
    return [
        table_of(
            f"Why: {one.candidate} against {one.base}, {one.workload}",
            COLUMNS,
            one.causes,
            wide=False,
            below=(BELOW,),
        )
        for one in found
    ]
