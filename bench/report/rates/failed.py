"""What is said below a table of rates of messages that failed, and of times that a late client touched."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.load_rows import LoadRow
from ...facts.load_steps import errors_of
from ...records.rates.errors import failed_said


def failed_line(row: LoadRow) -> str:
    """Return how many messages failed, of how many in all rounds, and as what; "" for none.

    Where a rate was missed that says it itself.
    """
    kinds = errors_of(row.steps)
    if not kinds or row.missed:
        return ""
    return failed_said(kinds, sum(kinds.values()), sum(step.scheduled for step in row.steps))


def late_line(row: LoadRow) -> str:
    """Return which quantiles of the response time are withheld, and why; "" where none is."""
    if not row.withheld or row.missed or row.fault:
        return ""
    return f"no {listed(row.withheld)} of the response time: {row.late}"


def listed(names: Sequence[str]) -> str:
    """Return names in words: `p99, p99.9 and max`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
