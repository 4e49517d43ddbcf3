"""The controls of a load run: what makes its answer void or doubtful, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from .conditions import uncommon
from .controls import BUSY, STEAL, Notice
from .load import LoadRound, LoadRun


def load_notices(run: LoadRun) -> tuple[Notice, ...]:
    """Return every notice of a load run, failed controls first."""
    found = [*_failures(run), *_obstacle(run), *_machine(run), *_server(run), *_rounds(run)]
    return tuple(sorted(dict.fromkeys(found), key=lambda notice: not notice.invalid))


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
    steal = max((one.steal for one in run.rounds), default=0.0)
    if steal > STEAL:
        yield Notice(f"the host took up to {steal:.0%} of a round away (steal): rerun at a quieter time")
    if environment.busy > BUSY:
        share = f"{environment.busy:.0%}"
        yield Notice(f"other programs kept {share} of the cores busy before it began: end them and rerun")
    if environment.server_core is None:
        yield Notice("server and client share a core here: use a machine with two or more")
    elif run.header.plan.keep_awake and not all(one.awake for one in run.rounds):
        yield Notice("the cores were not kept awake: response times hold what waking them costs")


def _server(run: LoadRun) -> Iterator[Notice]:
    spec = run.header.plan.server
    if spec.url:
        yield Notice(f"{spec.label}: somebody else serves it; rounds are new connections, not new processes")
    if spec.access.reply.rule == "any":
        yield Notice(f"{spec.label}: replies were counted, not compared (--reply any)")
    for one in run.rounds:
        said = [text for name, text in one.server.deviations.items() if _concerns(name, run)]
        if said:
            yield Notice(f"{spec.label}: {'; '.join(said)}")
        agreed = one.handshake.extensions
        odd = uncommon(agreed) if spec.deflate else agreed
        if odd:
            yield Notice(f"{spec.label}: agreed on {odd}")


def _concerns(deviation: str, run: LoadRun) -> bool:
    """Whether what a server does otherwise is of the kind that was asked for."""
    return run.header.plan.server.deflate or not deviation.startswith("deflate")


def _rounds(run: LoadRun) -> Iterator[Notice]:
    if run.closing and run.closing.status == "out of time":
        yield Notice(f"{len(run.rounds)} of {run.header.plan.rounds} rounds fitted into the time")
