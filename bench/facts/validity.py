"""The controls of a run: what makes a number void or doubtful, and what to do about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import msgspec

from ..demand.workload import Workload
from ..plan.metrics import gateable
from ..records.common import Failure
from ..records.run import Run
from ..stats.estimate import Estimate, trimmed
from . import cell_values
from .cell_values import Records
from .notices import (
    Notice,
    of_deviations,
    of_distance,
    of_disturbance,
    of_extensions,
    of_machine,
    of_patterns,
    of_processes,
    of_replies,
    of_time,
    of_trust,
    ordered,
)
from .starvation import of_starvation

CLIENT_LIMIT, SERVER_BUSY = 0.95, 0.90
LITTLE = 0.10
VOID = {"client", "invalid"}
"""Limits that say that a number is not the server's: no ratio is made of it."""
CONTRADICTION = "the client did not keep up, or its clock is wrong"


def limit_of(records: Records, workload: Workload, cores: int = 1) -> str:
    """Return which side of a cell was at its limit: `client`, `server`, or "" for neither or unknown.

    `invalid` stands where other than the window's messages were in flight (Little 1961), but `client` where
    those are of the user's: each of their replies is looked at before the next message leaves. A latency cell
    has no limit: one message at a time fills no core.
    """
    if workload.goal == "latency":
        return ""
    short = 0.0 if workload.one_way else 1 - cell_values.in_flight(records) / workload.window
    if abs(short) > LITTLE:
        return "client" if workload.messages and short > 0 else "invalid"
    server = cell_values.server_share(records)
    if server is not None and server >= SERVER_BUSY * cores:
        return "server"
    return "client" if cell_values.client_share(records) >= CLIENT_LIMIT else ""


def notices_of(
    run: Run, records: Mapping[int, Records], failures: Mapping[int, Failure]
) -> tuple[Notice, ...]:
    """Return every notice of a run, failed controls first."""
    found = [
        *_little(run, records),
        *of_starvation(run, records),
        *_floor(run, records),
        *_null(run, records, failures),
        *of_trust(run),
        *of_machine(run, "servers and clients", "latencies"),
        *of_disturbance(run, records),
        *of_distance(run, records),
        *of_time(len(run.rounds), run.header.plan.rounds, run.closing),
        *_extensions(run, records),
        *_uncompared(run, records),
        *_deviations(run),
        *_processes(run),
        *of_patterns(run.header.plan.gates, run.header.plan.judged),
    ]
    return ordered(found)


def _little(run: Run, records: Mapping[int, Records]) -> list[Notice]:
    found = []
    for index, cell in enumerate(run.header.plan.cells):
        if records[index] and limit_of(records[index], cell.workload) == "invalid":
            seen = (
                f"{cell_values.in_flight(records[index]):.1f} messages in flight where {cell.workload.window}"
            )
            text = f"{seen} were meant: {CONTRADICTION}; no verdict goes by it"
            found.append(Notice(f"{cell.server} by {cell.client} ({cell.workload}): {text}"))
    return found


def _floor(run: Run, records: Mapping[int, Records]) -> list[Notice]:
    """No server can be faster than the same bytes over plain TCP."""
    cells = run.header.plan.cells
    spec_of = run.header.plan.spec_of
    found = []
    for index, cell in enumerate(cells):
        floor = next(
            (
                i
                for i, other in enumerate(cells)
                if spec_of(other.server).is_floor
                and (other.client, other.workload) == (cell.client, cell.workload)
            ),
            None,
        )
        if floor is None or floor == index or cell.workload.goal != "latency":
            continue
        above = cell_values.over_floor(records[index], records[floor])
        if above and above.high < 0:
            found.append(
                Notice(f"{cell.server} was faster than plain TCP: the run can't be right", invalid=True)
            )
    return found


def _null(run: Run, records: Mapping[int, Records], failures: Mapping[int, Failure]) -> list[Notice]:
    """Hold a second copy of a server against it: surely differing by more than half a margin, it fails."""
    cells, comparison = run.header.plan.cells, run.header.plan.comparison
    if comparison is None or not comparison.null:
        return []
    base, candidate = comparison.pairs[0]
    found = []
    for first, cell in enumerate(cells):
        if cell.server != base:
            continue
        second = cells.index(msgspec.structs.replace(cell, server=comparison.null))
        judged = str(msgspec.structs.replace(cell, server=candidate))
        if second in failures:
            found.append(Notice(f"{comparison.null}: {failures[second].reason}", invalid=True))
        for metric in gateable(cell.workload.goal):
            half = math.log1p(comparison.gates.margin_of(judged, metric)) / 2
            rounds = cell_values.log_ratios(records[second], records[first], metric) if half else []
            if rounds and beyond(trimmed(rounds).estimate(), half):
                apart = f"{math.expm1(trimmed(rounds).mean):+.1%} in {metric} ({cell.workload})"
                text = f"a second copy of {base} differs from it by {apart}: rerun at a quieter time"
                found.append(Notice(text, invalid=True))
    return found


def beyond(gap: Estimate, bound: float) -> bool:
    """Whether an estimate lies past a bound for sure, on either side of 0."""
    return gap.low > bound or gap.high < -bound


def _extensions(run: Run, records: Mapping[int, Records]) -> list[Notice]:
    found: list[Notice] = []
    for index, rounds in records.items():
        cell = run.header.plan.cells[index]
        spec = run.header.plan.spec_of(cell.server)
        for record in rounds.values():
            found += of_extensions(f"{cell.server} by {cell.client}", spec, record.handshake.extensions)
    return found


def _uncompared(run: Run, records: Mapping[int, Records]) -> list[Notice]:
    cells, pushed, twice = run.header.plan.cells, Counter[str](), Counter[str]()
    for index, rounds in records.items():
        pushed[cells[index].server] += sum(one.pushed for one in rounds.values())
        twice[cells[index].server] += sum(one.twice for one in rounds.values())
    each = [(spec, pushed[spec.label], twice[spec.label]) for spec in run.header.plan.servers]
    return [notice for one in each for notice in of_replies(*one)]


def _processes(run: Run) -> list[Notice]:
    return [
        notice
        for one in run.rounds
        for label, count in one.processes.items()
        for notice in of_processes(label, count, run.header.plan.spec_of(label).core_count)
    ]


def _deviations(run: Run) -> list[Notice]:
    return [
        notice
        for one in run.rounds
        for label, proof in one.servers.items()
        for notice in of_deviations(run.header.plan.spec_of(label), proof)
    ]
