"""What a reader must know of a load run."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.load import LoadPlan
from ..records.lateness import spoils
from ..records.load import LoadRound, LoadRun, Step
from .notices import (
    Notice,
    of_deviations,
    of_extensions,
    of_machine,
    of_processes,
    of_replies,
    of_time,
    of_trust,
    ordered,
)


def load_notices(run: LoadRun) -> tuple[Notice, ...]:
    """Return every notice of a load run, failed controls first."""
    machine = of_machine(run, "server and client", "response times")
    late = of_time(len(run.rounds), run.header.plan.rounds, run.closing)
    found = [*_failures(run), *_obstacle(run), *of_trust(run), *machine, *_starved(run), *_server(run), *late]
    return ordered(found)


def of_unfinished(run: LoadRun) -> Iterator[Notice]:
    """Say that a round has steps and no end: whoever judges goes by the finished ones alone."""
    if steps := len(run.unfinished):
        where = "capacity" if run.header.plan.mode == "slo" else "intervals"
        what = f"round {len(run.rounds) + 1} was interrupted after {steps} step{'' if steps == 1 else 's'}"
        yield Notice(f"{what}: not in the {where}")


def _failures(run: LoadRun) -> Iterator[Notice]:
    for failure in run.closing.failures if run.closing else ():
        yield Notice(f"a round failed: {failure.reason}", invalid=True)


def _obstacle(run: LoadRun) -> Iterator[Notice]:
    """Say where a search was turned back by steps that can't be believed."""
    limited = run.header.plan.limit is not None
    plan = run.header.plan
    faults = [fault for one in run.rounds if limited and (fault := _turned_back_by(plan, one))]
    if faults:
        where = f"in {len(faults)} of {len(run.rounds)} round{'' if len(run.rounds) == 1 else 's'}"
        yield Notice(f"the server need not be what ended the search {where}: {faults[0]}", invalid=True)


def _turned_back_by(plan: LoadPlan, one: LoadRound) -> str:
    """Return the fault without which the lowest rate past a round's capacity might have held, "" for none.

    That rate bounds the capacity, whatever happened further up. Of several steps at it most decide.
    """
    past = [step for step in one.steps if step.rate > (one.capacity or 0)]
    refused = [step for step in past if step.holds is False]
    bound = min((step.rate for step in refused), default=0.0)
    faults = [fault for step in refused if step.rate == bound and (fault := _in_doubt(plan, step))]
    sound = [step.holds for step in past if step.rate == bound and not _in_doubt(plan, step)]
    return faults[0] if faults and sound.count(False) <= sound.count(True) else ""


def _in_doubt(plan: LoadPlan, step: Step) -> str:
    """Return why a limit need not have been lost to the server, "" where it was."""
    return step.fault or (step.late if spoils(plan, step) else "")


def _starved(run: LoadRun) -> Iterator[Notice]:
    """Say where connections got no reply in a whole step: their waiting is in no percentile."""
    plan = run.header.plan
    steps = [step for one in run.rounds for step in one.steps if step.starved and not step.fault]
    worst = max(steps, key=lambda step: step.starved, default=None)
    if worst:
        rate = f"{worst.rate:,.0f} msg/s" if worst.rate else "full speed"
        few = f"up to {worst.starved:,} of {plan.workload.connections:,} connections"
        yield Notice(f"{plan.server.label}: at {rate} {few} got no reply, and are in no percentile")


def _server(run: LoadRun) -> Iterator[Notice]:
    spec = run.header.plan.server
    if spec.kind == "url":
        yield Notice(f"{spec.label}: the server was already running; each round opened new connections")
    steps = [step for one in run.rounds for step in one.steps]
    yield from of_replies(spec, sum(one.pushed for one in steps), sum(one.twice for one in steps))
    for one in run.rounds:
        yield from of_processes(spec.label, one.processes, spec.core_count)
        yield from of_deviations(spec, one.server)
        yield from of_extensions(spec.label, spec, one.handshake.extensions)
