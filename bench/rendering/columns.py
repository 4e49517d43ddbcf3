"""Tables as text, their columns, which of them a table shows where there is little room, and lines below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from ..facts.notices import Notice
from ..stats.estimate import MIN_ROUNDS
from .numbers import MISSING

ALWAYS = 7
"""Columns of at least this weight stay even if all their cells are missing."""

BETWEEN, EDGES = 2, 2
"""In characters: the space between two columns of a table, and at its two ends together."""

NO_INTERVAL = f"±{MISSING}: no interval, for that takes {MIN_ROUNDS} rounds."
"""What is said below a table in which a number has none."""

Row = TypeVar("Row")
Show = Callable[[Row, bool], str]
"""From a row, and whether there is room for whole intervals, to the text of a cell."""


class Column(msgspec.Struct, Generic[Row], frozen=True):
    """A column: its head, in parts that may stand over each other, and its text for a row.

    Where there is little room, a column is left out if it `gives_way` to something the table has; then those
    of the lowest `weight` are left out. `main` ones are named below the table if they had no room.
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

    Left out are those that give way to anything the table `has`, and those whose cells are all missing; then
    the lightest, until there are at most `most` and all fit into `width` characters.
    """
    cells = {one: one.texts(rows, wide=wide) for one in columns if one.gives_way.isdisjoint(has)}
    kept = [one for one in cells if one.weight >= ALWAYS or any(text != MISSING for text in cells[one])]
    widths = {one: max(map(len, (*one.head, *cells[one]))) for one in kept}
    while len(kept) > 1 and (
        (most is not None and len(kept) > most)
        or (width is not None and EDGES + sum(widths[one] + BETWEEN for one in kept) - BETWEEN > width)
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


def rounds_line(rounds: int, status: str) -> str:
    """Return how many rounds the intervals are over, and how the run ended."""
    what = f"{rounds} round{'' if rounds == 1 else 's'} of fresh processes"
    few = "" if rounds >= MIN_ROUNDS else f" {NO_INTERVAL}"
    return f"{what}, {status}; ± and [ ] are 95 % intervals over rounds.{few}"


def lines_of_notices(notices: Iterable[Notice]) -> list[str]:
    """Return a line for each notice."""
    return [f"{'INVALID' if notice.invalid else 'note'}: {notice.text}" for notice in notices]
