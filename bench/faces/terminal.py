"""Tables on a terminal: they fit 80 columns and use more where there is more."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ..values.analysis import Analysis
from .tables import Table, closing_lines, tables

WIDE = 170
"""From this many columns on there is room for whole intervals."""


def render(analysis: Analysis, width: int | None = None) -> str:
    """Return the whole report as text for a terminal of `width` columns (default: the one there is)."""
    screen = Console(width=width)
    target = io.StringIO()
    console = Console(
        file=target,
        width=screen.width,
        force_terminal=screen.is_terminal,
        highlight=False,
        color_system="auto" if screen.is_terminal else None,
    )
    for table in tables(analysis, wide=screen.width >= WIDE):
        console.print(Text(table.title, style="bold"))
        console.print(_drawn(table))
        for line in table.below:
            console.print(Text(line))
        console.print()
    for line in closing_lines(analysis):
        console.print(Text(line, style="bold red" if line.startswith("INVALID") else "dim"))
    return target.getvalue()


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for name, numeric in table.columns:
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in table.rows:
        style = "red" if row[0] == "error" else "bold" if row[0].startswith("1") else ""
        drawn.add_row(*map(Text, row), style=style)
    return drawn
