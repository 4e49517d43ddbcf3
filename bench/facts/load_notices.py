"""What a reader must know of a load run."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.load import LONG_S, LoadPlan
from ..records.load import LoadRound, LoadRun, Step
from ..records.rates.errors import WRONG, bearable
from ..records.rates.lateness import spoils
from ..records.rates.missed import in_words
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
    found = [
        *_failures(run),
        *_wrong(run),
        *_obstacle(run),
        *of_trust(run),
        *machine,
        *_starved(run),
        *_server(run),
        *late,
        *_alone(run),
    ]
    return ordered(found)


def _alone(run: LoadRun) -> Iterator[Notice]:
    """Say what one round that nobody asked for by its number is worth."""
    plan = run.header.plan
    if plan.rounds == 1 and (plan.stages or plan.is_long or plan.measured_s >= LONG_S):
        what = "one round, so one process of the server: there is no interval between processes"
        yield Notice(f"{what}; --rounds 4 or more gives one")


def of_unfinished(run: LoadRun) -> Iterator[Notice]:
    """Say that a round has steps and no end: whoever judges goes by the finished ones alone."""
    if steps := len(run.unfinished):
        where = "capacity" if run.header.plan.mode == "slo" else "intervals"
        what = f"round {len(run.rounds) + 1} was interrupted after {steps} step{'' if steps == 1 else 's'}"
        yield Notice(f"{what}: not in the {where}")


def _failures(run: LoadRun) -> Iterator[Notice]:
    for failure in run.closing.failures if run.closing else ():
        yield Notice(f"a round failed: {failure.reason}", invalid=True)


def _wrong(run: LoadRun) -> Iterator[Notice]:
    """Say the first wrong reply, unless the plan bears as many messages that fail at that rate."""
    plan = run.header.plan
    for rate, steps in _by_rate(run).items():
        wrong = sum(step.errors.get(WRONG, 0) for step in steps)
        said = next((step.wrong for step in steps if step.wrong), "")
        failed, due = sum(step.unanswered for step in steps), sum(step.scheduled for step in steps)
        if said and not 0 < failed <= bearable(plan) * due:
            many = f"{wrong:,} wrong replies" if wrong > 1 else "a wrong reply"
            where = f"{plan.server.label} at {in_words(rate)} msg/s"
            yield Notice(f"{where} sent {many}, the first: {said}", invalid=True)
            return


def _by_rate(run: LoadRun) -> dict[float, list[Step]]:
    found: dict[float, list[Step]] = {}
    for step in (*(step for one in run.rounds for step in one.steps), *run.unfinished):
        found.setdefault(step.rate, []).append(step)
    return found


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
