"""The report of a search for changes: at which releases or commits, by how much, and what was skipped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from ..rendering.columns import Column, table_of
from ..rendering.numbers import MISSING, blamed
from ..stats.bisection import Change, changes
from .formats import Page, formats

NAMED = 10
"""So many candidates at which a change may be are named; more are counted."""


class Searched(msgspec.Struct, frozen=True):
    """How far a search came: what was searched, in order, and what was found.

    `what` is a library, `unit` release or commit, `workload` what was sent. `names` and `subjects` are of all
    candidates, `counts` instructions per message by index, `skipped` why others have none. `margin` is a
    share: a change is a ratio beyond 1 + margin, or its inverse. `finished` is false after an interruption.
    """

    what: str
    unit: str
    workload: str
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    margin: float
    counts: Mapping[int, float]
    skipped: Mapping[int, str]
    finished: bool


class Row(msgspec.Struct, frozen=True):
    """A change: between which candidates, by name, the instructions of both, and what it may be.

    `at` are the candidates that may have made it, the last being `after`: several where those before it could
    not be counted, or were not. `subjects` are theirs; `change` is a share.
    """

    before: str
    after: str
    instructions_before: float
    instructions_after: float
    change: float
    at: tuple[str, ...]
    subjects: tuple[str, ...]


def rows_of(found: Searched) -> tuple[Row, ...]:
    """Return the changes, in the order of the candidates."""
    return tuple(_row(found, one) for one in changes(found.counts, math.log1p(found.margin)))


def _row(found: Searched, one: Change) -> Row:
    possible = slice(one.before + 1, one.after + 1)
    before, after = found.counts[one.before], found.counts[one.after]
    return Row(
        found.names[one.before],
        found.names[one.after],
        before,
        after,
        after / before - 1,
        found.names[possible],
        found.subjects[possible],
    )


def percent(share: float) -> str:
    """Return `+1.23 %`, with its sign."""
    return f"{round(share * 100, 2) + 0.0:+,.2f} %"  # -0.00 is +0.00


def _at(row: Row, _wide: bool) -> str:
    return row.after if len(row.at) == 1 else f"{row.at[0]} … {row.after}"


COLUMNS: tuple[Column[Row], ...] = (
    Column(("at",), _at, numeric=False),
    Column(("change",), lambda row, _wide: percent(row.change)),
    Column(("instructions",), lambda row, _wide: f"{row.instructions_after:,.0f}"),
    Column(("before",), lambda row, _wide: f"{row.instructions_before:,.0f}"),
)
SUBJECT: Column[Row] = Column(("subject",), lambda row, _wide: row.subjects[-1] or MISSING, numeric=False)


def headline(found: Searched) -> str:
    """Return in one sentence how much changed, where."""
    number = len(rows_of(found))
    many = f"{number or 'no'} change{'' if number == 1 else 's'}"
    among = f"{len(found.names)} {found.unit}s of {found.what}, {found.names[0]} to {found.names[-1]}"
    begin = "" if found.finished else "interrupted, so far "
    return f"{begin}{many} of more than {found.margin * 100:g} % in {among}"


def pages(found: Searched, width: int | None) -> list[Page]:
    """Return one page: a table with a line a change, and what was counted and skipped."""
    del width
    rows = rows_of(found)
    columns = (*COLUMNS, SUBJECT) if any(found.subjects) else COLUMNS
    title = f"Where instructions per message changed, {found.workload}"
    table = table_of(title, columns, rows, wide=True, below=[*_doubts(found, rows)])
    return [Page([table] if rows else [], [*_closing(found, rows)], headline(found))]


def _doubts(found: Searched, rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line for each change that may be at several candidates."""
    for row in rows:
        if len(row.at) > 1:
            why = "could not be counted" if found.finished else "were not counted"
            others = len(row.at) - 1
            subjects = zip(row.at, row.subjects, strict=True)
            named = ", ".join(f"{name} {subject}".rstrip() for name, subject in subjects)
            told = f": {named}" if len(row.at) <= NAMED else ""
            yield f"{row.after}: or one of {others} before it that {why}{told}."


def _closing(found: Searched, rows: Iterable[Row]) -> Iterator[str]:
    """Yield what was counted, what the changes leave of the whole difference, and what was skipped."""
    counted = sorted(found.counts)
    done = f"{len(counted)} of {len(found.names)} {found.unit}s were counted"
    yield f"{done}; between equal ones nothing is taken to have changed."
    if len(counted) > 1:
        first, last = counted[0], counted[-1]
        whole = math.log(found.counts[last] / found.counts[first])
        rest = whole - math.fsum(math.log1p(row.change) for row in rows)
        yield (
            f"from {found.names[first]} to {found.names[last]}: {percent(math.expm1(whole))}, of which "
            f"{percent(math.expm1(rest))} in steps within the margin."
        )
    if not found.finished:
        yield "note: the search was interrupted: a change may be narrowed further, and others be hidden."
    for index, why in sorted(found.skipped.items()):
        name = found.names[index]
        yield f"note: skipped: {why if name in why else blamed(name, why)}"


def document(found: Searched) -> dict[str, Any]:
    """Return what JSON says: changes, what was counted, what was skipped."""
    return {
        "library": found.what,
        "unit": found.unit,
        "workload": found.workload,
        "margin": found.margin,
        "candidates": len(found.names),
        "good": found.names[0],
        "bad": found.names[-1],
        "changes": rows_of(found),
        "counted": [
            {"name": found.names[index], "subject": found.subjects[index], "instructions": value}
            for index, value in sorted(found.counts.items())
        ],
        "skipped": [
            {"name": found.names[index], "subject": found.subjects[index], "reason": why}
            for index, why in sorted(found.skipped.items())
        ],
        "finished": found.finished,
    }


FORMATS = formats(pages, document)
