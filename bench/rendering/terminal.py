"""Tables on a terminal: they fit 80 columns and use more where there is more."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ..escaping import terminal
from .columns import Table

WIDE = 170
"""From this many columns on there is room for whole intervals."""

BAD = ("REGRESSED", "INVALID", "MISSED", "NOT JUDGED")
"""Words that are in red where they stand first in a headline, or last in a row."""


def is_bad(row: Sequence[str]) -> bool:
    """Whether a row of a table tells of something that is wrong: it is in red."""
    return row[0] == "error" or row[-1] in {*BAD, "missed", "not judged"}


def room(width: int | None = None) -> int:
    """Return how many columns a terminal of `width` columns has (default: the one there is)."""
    return Console(width=width).width


def is_wide(width: int | None) -> bool:
    """Whether there is room for whole intervals; None is room for everything."""
    return width is None or width >= WIDE


def draw(shown: Iterable[Table], closing: Iterable[str], *, head: str = "", width: int | None = None) -> str:
    """Return tables with the lines below each, then the closing lines; `head` is above all."""
    screen = Console(width=width)
    target = io.StringIO()
    console = Console(
        file=target,
        width=screen.width,
        force_terminal=screen.is_terminal,
        highlight=False,
        color_system="auto" if screen.is_terminal else None,
    )
    if head:
        console.print(Text(terminal(head), style="bold red" if head.startswith(BAD) else "bold"))
        console.print()
    for table in shown:
        console.print(Text(terminal(table.title), style="bold"))
        if table.columns:
            console.print(_rich_table(table))
        for line in table.below:
            console.print(Text(terminal(line)))
        console.print()
    for line in closing:
        console.print(Text(terminal(line), style="bold red" if line.startswith("INVALID") else "dim"))
    return target.getvalue()


def _rich_table(table: Table) -> RichTable:
    drawn = RichTable(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    ranked = table.columns[0][0] == "rank"
    for name, numeric in table.columns:
        drawn.add_column(Text(terminal(name)), justify="right" if numeric else "left", overflow="fold")
    for row in table.rows:
        style = "red" if is_bad(row) else "bold" if ranked and row[0].startswith("1") else ""
        drawn.add_row(*(Text(terminal(cell)) for cell in row), style=style)
    return drawn
