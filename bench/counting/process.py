"""One process under one instrument: started, warmed, counted in two windows, ended."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ..machine.launcher import Server
from ..machine.listener import listens
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..plan.count import CountCell, CountPlan, Instrument
from ..records.common import Proof
from ..records.count import Count
from ..standalone.descendants import Descendants
from ..websocket.http_messages import HandshakeError
from .callgrind import Callgrind, CallgrindAllocations, CallgrindPython
from .errors import CountError
from .inside import Bare, Calls
from .instrument import CALLS, Tool, Totals, calls_of
from .lockstep import Lockstep
from .massif import Massif
from .strace import Strace
from .windows import Found, windows

TOOLS: dict[Instrument, tuple[type[Tool], ...]] = {
    "instructions": (Callgrind,),
    "allocations": (CallgrindAllocations, Massif),
    "syscalls": (Strace,),
    "calls": (Calls,),
    "bare": (Bare,),
    "python": (CallgrindPython,),
}
"""What an instrument is made of: each of them has a process of its own."""

LEAST = 1 / 20_000
"""The share of a metric from which on a part is kept by its name."""

LEAST_CALLS = {"instructions": 1 / 2_000}
"""The same for calls where they are many."""

Alive = Callable[[Server], AbstractContextManager[None]]
"""What may end a server while it is counted, from elsewhere."""


class Counting(msgspec.Struct, frozen=True):
    """What came of one process: what was counted, and what really ran."""

    count: Count
    proof: Proof


def count(  # a process, all that varies, and who may end it
    plan: CountPlan,
    cell: int,
    instrument: Instrument,
    settings: Settings,
    environment: Mapping[str, str],
    alive: Alive,
) -> Counting:
    """Count a cell of a plan in processes of its own. Raises `CountError`, whatever goes wrong."""
    found = Found({}, {})
    for tool in TOOLS[instrument]:
        more, proof = _one_process(plan, plan.cells[cell], tool, settings, environment, alive)
        found = Found(found.message | more.message, found.idle | more.idle)
    return Counting(counted(cell, instrument, found, graph=plan.graph), proof)


def _one_process(  # as for all of them
    plan: CountPlan,
    cell: CountCell,
    kind: type[Tool],
    settings: Settings,
    environment: Mapping[str, str],
    alive: Alive,
) -> tuple[Found, Proof]:
    """Count a cell in one process; return what came out, and what ran."""
    with tempfile.TemporaryDirectory(prefix="wsbench-count-") as folder:
        tool = kind(Path(folder), graph=plan.graph)
        own = replace(settings, under=tool.under, counts=tool.counts)
        server = Server(plan.spec_of(cell.server), own, {**environment, **tool.environment})
        try:
            with alive(server), server:
                return _counted(plan, cell, server, tool), server.proof
        except (ChildError, CountError) as problem:
            raise CountError(str(problem).removeprefix(f"{cell.server}: "), server.tail) from None


def _counted(plan: CountPlan, cell: CountCell, server: Server, tool: Tool) -> Found:
    """Count a server that is ready. Raises `ChildError`, `CountError`."""
    try:
        with Lockstep(server, cell.workload, plan.seed, plan.timeout_s) as line:
            _require_ours(server)
            found = windows(plan, line, server, tool)
            return found._replace(message=tool.told(server, found.message))
    except (OSError, ValueError, HandshakeError, CountError) as problem:
        raise CountError(_blamed(server, problem)) from None


def _require_ours(server: Server) -> None:
    """Raise `CountError` where a command has somebody else serve, into whom nobody can look."""
    assert server.pid  # it is ready
    if server.spec.kind == "command" and not listens(Descendants(server.pid).look(), server.port):
        why = "no process that it started listens there, as where a container's engine does"
        raise CountError(f"who answers on port {server.port} can't be counted: {why}")


def _blamed(server: Server, problem: Exception) -> str:
    """Return what went wrong, or how the server ended where it did."""
    if server.child and not server.child.settles():
        return f"{server.spec.label} {server.child.fate()}"
    return str(problem).split("\n")[0] or type(problem).__name__


def counted(cell: int, instrument: Instrument, found: Found, *, graph: bool = False) -> Count:
    """Return the record of what was counted for a message, with who called whom where `graph` asks for it.

    Parts and calls that hardly count are left out.

    What comes once in a while (garbage, code that is specialised) may come in the short window and not in the
    long one; less than nothing is none.
    """
    values, idle = sums(found.message), sums(found.idle)
    parts = {
        metric: {
            part: round(value, 4)
            for part, value in sorted(parts.items(), key=lambda one: -one[1])
            if part and value >= LEAST * values[metric] and round(value, 4) > 0
        }
        for metric, parts in found.message.items()
        if metric in values
    }
    calls = {metric: some for metric in values if graph and (some := _calls(found.message, metric))}
    return Count(
        cell, instrument, values, {metric: some for metric, some in parts.items() if some}, idle, calls
    )


def _calls(found: Totals, metric: str) -> dict[str, dict[str, float]]:
    """Return what the calls of a metric took by caller and callee, the largest first."""
    least = LEAST_CALLS.get(metric, LEAST) * sum(found[metric].values())
    kept: dict[str, dict[str, float]] = {}
    for (caller, callee), cost in sorted(calls_of(found, metric).items(), key=lambda one: -one[1]):
        if caller != callee and cost >= max(least, 0.0001):
            kept.setdefault(caller, {})[callee] = round(cost, 4)
    return kept


def sums(found: Totals) -> dict[str, float]:
    """Return what all parts of a metric make together."""
    return {
        metric: max(0.0, round(sum(parts.values()), 4))
        for metric, parts in found.items()
        if not metric.endswith(CALLS)
    }
