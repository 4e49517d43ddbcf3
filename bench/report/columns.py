"""Tables as they are shown: columns that know how wide the screen must be for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ..analysis.load import LoadAnalysis, LoadRow
from .numbers import MISSING

ALWAYS = 7
"""Columns of this weight stay, even where nothing stands in them."""


FROM, EDGES = 2, 2
"""Columns of characters between two columns of a table, and at its ends."""


Show = Callable[[LoadRow, bool], str]


class Column(msgspec.Struct, frozen=True):
    """A column: its head, in two parts that may stand over each other, and its text for a row.

    Where there is little room those with the lowest `weight` go; `main` ones are then told.
    """

    head: tuple[str, str]
    show: Show
    weight: int
    main: bool = True


def _texts(analysis: LoadAnalysis, column: Column, *, wide: bool) -> list[str]:
    return [column.show(row, wide) for row in analysis.rows]


def _cells(analysis: LoadAnalysis, column: Column, *, wide: bool) -> list[str]:
    """Return what stands in a column besides nothing."""
    return [text for text in _texts(analysis, column, wide=wide) if text != MISSING]


def _fitting(columns: Sequence[Column], analysis: LoadAnalysis, width: int, *, wide: bool) -> list[Column]:
    """Leave out the lightest columns until the rest fit."""
    widths = {
        one.head: max(len(text) for text in (*one.head, *_texts(analysis, one, wide=wide))) for one in columns
    }
    kept = list(columns)
    while len(kept) > 1 and EDGES + sum(widths[one.head] + FROM for one in kept) - FROM > width:
        kept.remove(min(kept, key=lambda one: one.weight))
    return kept


class Table(msgspec.Struct, frozen=True):
    """One table: a title, columns (name, whether it is a number), rows of text, and lines below it."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()
