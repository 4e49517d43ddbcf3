"""The controls of a load run: what makes its answer void or doubtful, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.load import LoadRound, LoadRun
from .notices import Notice, of_deviations, of_extensions, of_machine, of_replies, of_time, ordered


def load_notices(run: LoadRun) -> tuple[Notice, ...]:
    """Return every notice of a load run, failed controls first."""
    late = of_time(len(run.rounds), run.header.plan.rounds, run.closing)
    return ordered([*_failures(run), *_obstacle(run), *_machine(run), *_server(run), *late])


def _failures(run: LoadRun) -> Iterator[Notice]:
    for failure in run.closing.failures if run.closing else ():
        yield Notice(f"a round failed: {failure.reason}", invalid=True)


def _obstacle(run: LoadRun) -> Iterator[Notice]:
    """Say where a search was turned back by steps that can't be believed."""
    limited = run.header.plan.limit is not None
    faults = [fault for one in run.rounds if limited and (fault := _turned_back_by(one))]
    if faults:
        where = f"in {len(faults)} of {len(run.rounds)} rounds"
        yield Notice(f"the server need not be what ended the search {where}: {faults[0]}", invalid=True)


def _turned_back_by(one: LoadRound) -> str:
    """Return the fault without which the lowest rate past a round's capacity might have held, "" for none.

    That rate bounds the capacity, whatever happened further up. Of several steps at it most decide.
    """
    past = [step for step in one.steps if step.rate > (one.capacity or 0)]
    refused = [step for step in past if step.holds is False]
    bound = min((step.rate for step in refused), default=0.0)
    faults = [step.fault for step in refused if step.rate == bound and step.fault]
    sound = [step.holds for step in past if step.rate == bound and not step.fault]
    return faults[0] if faults and sound.count(False) <= sound.count(True) else ""


def _machine(run: LoadRun) -> Iterator[Notice]:
    environment = run.header.environment
    yield from of_machine(environment, (one.steal for one in run.rounds))
    if environment.server_core is None:
        yield Notice("server and client share a core here: use a machine with two or more")
    elif run.header.plan.keep_awake and not all(one.awake for one in run.rounds):
        yield Notice("the cores were not kept awake: response times hold what waking them costs")


def _server(run: LoadRun) -> Iterator[Notice]:
    spec = run.header.plan.server
    if spec.kind == "url":
        yield Notice(f"{spec.label}: somebody else serves it; rounds are new connections, not new processes")
    yield from of_replies(spec)
    for one in run.rounds:
        yield from of_deviations(spec, one.server)
        yield from of_extensions(spec.label, spec, one.handshake.extensions)
