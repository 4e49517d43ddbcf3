"""What each agent of a load run saw at a rate, over all rounds."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

import msgspec

from ..records.rates.agent_row import AgentRow
from .load_rows import LoadRow


class AgentLine(msgspec.Struct, frozen=True):
    """One agent at one rate in msg/s, 0 for as fast as it goes: counts added over rounds, the rest medians.

    `overlap` is the least of any round, `clock_offset_ns` and its error are those of the last; the fields are
    those of `records.agent_row`.
    """

    rate: float
    name: str
    host: str
    scheduled: int
    answered: int
    p50_ns: float | None
    p99_ns: float | None
    lateness_p99_ns: float | None
    cpu_share: float | None
    clock_offset_ns: float | None
    clock_error_ns: float | None
    overlap: float
    failure: str


def agent_lines(rows: Iterable[LoadRow]) -> tuple[AgentLine, ...]:
    """Return a line for each agent and rate."""
    return tuple(line for row in rows for line in _of_rate(row))


def _of_rate(row: LoadRow) -> Iterable[AgentLine]:
    by_name: dict[str, list[AgentRow]] = {}
    for step in row.steps:
        for one in step.agents:
            by_name.setdefault(one.name, []).append(one)
    for found in by_name.values():
        yield AgentLine(
            rate=row.rate,
            name=found[-1].name,
            host=found[-1].host,
            scheduled=sum(one.scheduled for one in found),
            answered=sum(one.answered for one in found),
            p50_ns=_median([one.p50_ns for one in found]),
            p99_ns=_median([one.p99_ns for one in found]),
            lateness_p99_ns=_median([one.lateness_p99_ns for one in found]),
            cpu_share=_median([one.cpu_share for one in found]),
            clock_offset_ns=found[-1].clock_offset_ns,
            clock_error_ns=found[-1].clock_error_ns,
            overlap=min(one.overlap for one in found),
            failure=next((one.failure for one in found if one.failure), ""),
        )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
