"""Tables and sentences of a report as HTML; what is said of others is shown as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..escaping import visible
from ..rendering.columns import Table
from ..rendering.terminal import is_bad

FEW = 7
"""As many rows are seen at a glance: a table of more can be filtered."""

NAMED = ("server", "line")
"""Heads of columns whose cells name a row."""


def text(words: str) -> str:
    """Return words as HTML, for attributes too: nothing is markup, and what shows nothing is shown."""
    return escape(visible(words, but="\n"))


def paragraphs(lines: Iterable[str], kind: str = "") -> str:
    """Return each line as a paragraph; what a server printed, which is indented, as it is."""
    style = f' class="{kind}"' if kind else ""
    return "\n".join(
        f"<pre>{text(line.strip())}</pre>" if line.startswith("  ") else f"<p{style}>{text(line)}</p>"
        for line in lines
    )


def bullets(lines: Sequence[str]) -> str:
    """Return lines as a list, "" for none."""
    return f"<ul>{''.join(f'<li>{text(line)}</li>' for line in lines)}</ul>" if lines else ""


def table(one: Table, number: int) -> str:
    """Return a table with its caption and the lines below it; rows of a server can be highlighted."""
    if not one.columns:
        return f"<h3>{text(one.title)}</h3>{paragraphs(one.below)}"
    heads = "".join(
        f'<th scope="col"{" class=number" if numeric else ""}>{text(" ".join(name.split()))}</th>'
        for name, numeric in one.columns
    )
    names = [name for name, _ in one.columns]
    key = next((names.index(name) for name in NAMED if name in names), 0)
    rows = "\n".join(_row(row, one.columns, key, of_server="server" in names) for row in one.rows)
    many = " data-many" if len(one.rows) > FEW else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="table-{number}">'
        f'<table{many}><caption id="table-{number}"><span>{text(one.title)}</span></caption>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
        f"{paragraphs(one.below, 'below')}"
    )


def _row(cells: Sequence[str], columns: Sequence[tuple[str, bool]], key: int, *, of_server: bool) -> str:
    named = f' data-server="{text(cells[key])}"' if of_server else ""
    bad = " class=bad" if is_bad(cells) else ""
    shown = "".join(
        f'<th scope="row">{text(cell)}</th>'
        if place == key
        else f"<td{' class=number' if numeric else ''}>{text(cell)}</td>"
        for place, (cell, (_, numeric)) in enumerate(zip(cells, columns, strict=True))
    )
    return f"<tr{named}{bad}>{shown}</tr>"


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and what they stand for, without those that stand for nothing."""
    return (
        f"<dl>{''.join(f'<dt>{text(name)}</dt><dd>{text(said)}</dd>' for name, said in pairs if said)}</dl>"
    )
