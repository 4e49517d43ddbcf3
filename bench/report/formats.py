"""The formats of every report: pages of tables on a terminal or in Markdown, and CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from .. import escaping
from ..records.common import Environment
from ..rendering.columns import Table
from ..rendering.terminal import draw, room

Analysis = TypeVar("Analysis")
Format = Callable[[Analysis], str]


class Page(msgspec.Struct, frozen=True):
    """What a report shows: a headline ("" for none), tables, and lines below the last of them.

    Markdown, which is read on other machines too, also names the `environment` it was measured in.
    """

    tables: Sequence[Table]
    closing: Sequence[str]
    headline: str = ""
    environment: Environment | None = None


Pages = Callable[[Analysis, int | None], list[Page]]
"""From an analysis to its pages for a terminal of so many columns; None: all there is, however wide."""


def formats(
    pages: Pages[Analysis],
    document: Callable[[Analysis], dict[str, Any]],
    comma_separated: Format[Analysis] | None = None,
) -> dict[str, Format[Analysis]]:
    """Return the table from the user's word for a format to the function that writes a report in it."""
    return {
        "table": lambda analysis: on_terminal(pages, analysis),
        "markdown": lambda analysis: markdown(pages(analysis, None)),
        **({"csv": comma_separated} if comma_separated else {}),
        "json": lambda analysis: json(document(analysis)),
    }


def on_terminal(pages: Pages[Analysis], analysis: Analysis, width: int | None = None) -> str:
    """Return pages as text for a terminal of `width` columns (default: the one there is)."""
    return "\n".join(
        draw(page.tables, page.closing, head=page.headline, width=width)
        for page in pages(analysis, room(width))
    )


def markdown(pages: Iterable[Page]) -> str:
    """Return pages as GitHub-flavoured Markdown."""
    return "\n\n".join(part for page in pages for part in _paragraphs(page)) + "\n"


def _paragraphs(page: Page) -> list[str]:
    parts = [f"**{escaping.markdown(page.headline)}**"] if page.headline else []
    for table in page.tables:
        parts.append(f"### {escaping.markdown(table.title)}")
        parts += [markdown_table(table)] if table.columns else []
        parts += map(_below, table.below)
    parts += map(escaping.markdown, page.closing)
    if one := page.environment:
        parts.append(escaping.markdown(f"{one.cpu}, {one.cores} cores, {one.system}, {one.python}."))
    return parts


def _below(line: str) -> str:
    """Return a line below a table; what a server printed is indented, and shown as it is."""
    return f"    {escaping.visible(line.strip())}" if line.startswith("  ") else escaping.markdown(line)


def markdown_table(table: Table) -> str:
    """Return the lines of a table in GitHub-flavoured Markdown."""
    head = [" ".join(name.split("\n")) for name, _ in table.columns]  # a head stacked has line ends
    rule = ["---:" if numeric else ":---" for _, numeric in table.columns]
    numbers = [numeric for _, numeric in table.columns]
    lines = [map(escaping.markdown, head), rule, *(map(_cell, row, numbers) for row in table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str, numeric: bool) -> str:
    """Return a cell: a number is ours, with its brackets; a name may be anybody's."""
    return text if numeric else escaping.markdown(text)


def csv_of(found: Sequence[msgspec.Struct], kind: type[msgspec.Struct]) -> str:
    """Return figures of a kind as CSV (RFC 4180), one a line, under a line with the names of their fields."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(kind.__struct_fields__)
    for figure in found:
        values = msgspec.structs.astuple(figure)
        writer.writerow(escaping.visible(one) if isinstance(one, str) else one for one in values)
    return target.getvalue()


def json(document: dict[str, Any] | list[dict[str, Any]]) -> str:
    """Return one JSON object, or a list of them, indented."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=1).decode()
    return f"{escaping.json(text)}\n"
