"""The report of several stored runs: a table for each workload, a column for each run."""

from __future__ import annotations

from typing import Any

from ..analysis.side_by_side import Line, Shared, SideBySide
from ..plan.metrics import METRICS, divisor_of
from ..rendering.columns import ALWAYS, Column, Table, lines_of_notices, table_of
from ..rendering.numbers import MISSING, interval
from ..rendering.terminal import is_wide
from .figures import estimate_fields
from .formats import Page, formats

RULE = (
    "change: against the first column, where the 95 % intervals have no value in common; what a machine does"
    " otherwise from one run to the next is in no interval: wsbench compare BASE CANDIDATE tells more."
)


def pages(found: SideBySide, width: int | None) -> list[Page]:
    """Return a table for everything that was measured in any of the runs."""
    tables = [_table(found, shared, wide=is_wide(width)) for shared in found.tables]
    nothing = [] if tables else ["none of the runs has a number"]
    runs = [f"{one.name}: {one.label}, {one.started}, {_rounds(one.rounds)}." for one in found.sources]
    return [Page(tables, [*nothing, *runs, RULE, *lines_of_notices(found.notices)])]


def _rounds(count: int) -> str:
    return f"{count} round{'' if count == 1 else 's'}"


def _table(found: SideBySide, shared: Shared, *, wide: bool) -> Table:
    names = [source.name for source in found.sources]

    def column(place: int) -> Column[Line]:
        return Column((names[place],), lambda line, wide: _value(line, place, wide=wide), ALWAYS)

    metrics = list(dict.fromkeys(line.metric for line in shared.lines))
    columns = [
        Column[Line]((shared.what,), lambda line, _wide: line.name, ALWAYS, numeric=False),
        *map(column, range(len(names))),
        Column[Line](("change",), lambda line, _wide: _changes(line, names), ALWAYS),
    ]
    what = f"{', '.join(dict.fromkeys(map(_title, metrics)))}, {shared.subject}"
    return table_of(what, columns, shared.lines, wide=wide, below=_versions(shared, names))


def _title(metric: str) -> str:
    """Return a metric with the unit it is shown in."""
    unit = METRICS[metric].unit
    return "msg/s" if unit == "msg/s" else f"{metric.rpartition('_')[2]} µs"


def _value(line: Line, place: int, *, wide: bool) -> str:
    value = line.values[place]
    if value is None:
        return MISSING
    text = interval(value.estimate, wide=wide, scale=divisor_of(line.metric))
    return f"{text} (client)" if value.void else text


def _changes(line: Line, names: list[str]) -> str:
    """Return how much later runs surely differ from the first, by name where there are several."""
    found = [
        f"{f'{names[place]} ' if len(names) > 2 else ''}{change:+.1%}"
        for place in range(1, len(names))
        if (change := line.change(place)) is not None
    ]
    return ", ".join(found) or MISSING


def _versions(shared: Shared, names: list[str]) -> list[str]:
    """Return a line for each server that the runs have in several versions."""
    lines = []
    for line in shared.lines:
        known = {name: one.version for name, one in zip(names, line.values, strict=True) if one}
        if len(set(known.values())) > 1:
            told = ", ".join(f"{version or 'unknown'} in {name}" for name, version in known.items())
            lines.append(f"versions of {line.name}: {told}.")
    if any(one and one.void for line in shared.lines for one in line.values):
        lines.append("(client): the client was the limit, so that number is not the server's.")
    return lines


def document(found: SideBySide) -> dict[str, Any]:
    """Return what JSON says: the runs, a row for each value of each of them, and warnings."""
    return {
        "sources": found.sources,
        "rows": [
            {
                "source": source.name,
                "subject": shared.subject,
                "what": shared.what,
                "name": line.name,
                "version": value.version,
                "change": line.change(place) if place else None,
                "void": value.void,
                **estimate_fields(line.metric, value.estimate),
            }
            for shared in found.tables
            for line in shared.lines
            for place, (source, value) in enumerate(zip(found.sources, line.values, strict=True))
            if value
        ],
        "warnings": found.notices,
    }


FORMATS = formats(pages, document)
