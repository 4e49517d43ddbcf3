"""Tables as text, and their columns: which of them a table shows where there is little room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

import msgspec

from .numbers import MISSING

ALWAYS = 7
"""Columns of this weight stay, even where nothing stands in them."""

FROM, EDGES = 2, 2
"""Columns of characters between two columns of a table, and at its ends."""

Row = TypeVar("Row")
Show = Callable[[Row, bool], str]
"""From a row, and whether there is room for whole intervals, to the text of a cell."""


class Column(msgspec.Struct, Generic[Row], frozen=True):
    """A column: its head, in parts that may stand over each other, and its text for a row.

    Where there is little room, a column goes that `gives_way` to something the table has; then columns go
    by `weight`, the lightest first. Those that are `main` are named below the table when they have gone.
    """

    head: tuple[str, ...]
    show: Show[Row]
    weight: int = ALWAYS
    numeric: bool = True
    main: bool = True
    gives_way: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The head in one line."""
        return " ".join(filter(None, self.head))

    def texts(self, rows: Sequence[Row], *, wide: bool) -> list[str]:
        """Return the column's cells from top to bottom."""
        return [self.show(row, wide) for row in rows]


class Table(msgspec.Struct, frozen=True):
    """One table: a title, columns (name, whether it is a number), rows of text, and lines below it."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()


def fit(
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    *,
    wide: bool,
    width: int | None = None,
    most: int | None = None,
    has: Collection[str] = (),
) -> list[Column[Row]]:
    """Return the columns that a table of these rows has room for, in their order, at least one of them.

    Out go those that give way to anything that the table `has`, and those in which nothing stands; then the
    lightest until there are at most `most` and all fit into `width` columns of characters.
    """
    cells = {one: one.texts(rows, wide=wide) for one in columns if one.gives_way.isdisjoint(has)}
    kept = [one for one in cells if one.weight >= ALWAYS or any(text != MISSING for text in cells[one])]
    widths = {one: max(map(len, (*one.head, *cells[one]))) for one in kept}
    while len(kept) > 1 and (
        (most is not None and len(kept) > most)
        or (width is not None and EDGES + sum(widths[one] + FROM for one in kept) - FROM > width)
    ):
        kept.remove(min(kept, key=lambda one: one.weight))
    return kept


def table_of(
    title: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    *,
    wide: bool,
    below: Sequence[str] = (),
    stacked: bool = False,
) -> Table:
    """Return the table of these columns and rows; the parts of a head stand over each other if `stacked`."""
    return Table(
        title=title,
        columns=tuple(
            ("\n".join(filter(None, one.head)) if stacked else one.name, one.numeric) for one in columns
        ),
        rows=tuple(zip(*(one.texts(rows, wide=wide) for one in columns), strict=True)),
        below=tuple(below),
    )
