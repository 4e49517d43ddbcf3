"""What is said below a table of rates of messages that failed, and of times that a late client touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...analysis.load_rows import LoadRow
from ...facts.load_steps import errors_of
from .columns import rate_text


def failed_lines(rows: Sequence[LoadRow]) -> Iterator[str]:
    """Yield for each rate at which messages failed how many of how many, by kind, the most frequent first."""
    for row in rows:
        kinds = errors_of(row.steps)
        if kinds:
            due = sum(step.scheduled for step in row.steps)
            told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
            yield f"rate {rate_text(row.rate)}: {sum(kinds.values()):,} of {due:,} messages failed: {told}"


def late_line(row: LoadRow) -> str:
    """Return which quantiles of the response time are withheld, and why; "" where none is."""
    if not row.withheld or row.missed or row.fault:
        return ""
    return f"no {listed(row.withheld)} of the response time: {row.late}"


def listed(names: Sequence[str]) -> str:
    """Return names in words: `p99, p99.9 and max`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
