"""What a reader must know of a run, whatever was run: the doubts that all kinds of runs share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ..plan.margins import Gates
from ..plan.patterns import unmatched
from ..plan.run import Cell
from ..records.common import Closing, Proof
from ..records.load import LoadRound, LoadRun
from ..records.run import Run
from ..targets.reply import MATCHED
from ..targets.spec import ServerSpec
from .conditions import lapse_doubt, limit_doubt
from .provenance import uncommon

STEAL, BUSY = 0.02, 0.15
"""Shares of the cores' time: what the host may take of a round, and others may use before it begins."""
SWAPPED = 100  # pages in one round

ONE_WAY = (
    "one-way (--reply none): no reply was waited for or compared, and there are no response times; messages"
    " count as read when a ping sent behind them was answered"
)


class Notice(msgspec.Struct, frozen=True):
    """Something a reader must know; `invalid` where a control failed and the number can't stand."""

    text: str
    invalid: bool = False


def ordered(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return each notice once, failed controls first."""
    return tuple(sorted(dict.fromkeys(notices), key=lambda notice: not notice.invalid))


def of_machine(run: Run | LoadRun, who: str, times: str) -> Iterator[Notice]:
    """Say what of the machine spoils numbers: others' use of it, swapping, its governor, sleeping cores.

    `who` shares a core where there is one only; `times` are what sleeping cores lengthen.
    """
    environment, rounds = run.header.environment, run.rounds
    if environment.busy > BUSY:
        share = f"{environment.busy:.0%}"
        yield Notice(f"other programs kept {share} of the cores busy before it began: end them and rerun")
    steal = max((one.steal for one in rounds), default=0.0)
    if steal > STEAL:
        yield Notice(f"the host took up to {steal:.0%} of a round away (steal): rerun at a quieter time")
    swapped = max((one.swapped for one in rounds), default=0)
    if swapped > SWAPPED:
        yield Notice(
            f"up to {swapped:,} pages of memory were swapped during a round: end what fills it and rerun"
        )
    pinned = environment.server_core is not None
    if run.header.plan.keep_awake and pinned and not all(one.awake for one in rounds):
        where = lapse_doubt(rounds)
        yield Notice(f"the cores were not kept awake{where}: {times} hold what waking them costs")
    if limited := limit_doubt(environment):
        yield Notice(limited)
    if environment.governor not in {"", "performance"}:
        yield Notice(f"the governor is {environment.governor}: cpupower frequency-set -g performance")
    if not pinned:
        woken = ", so wire sleeps, and servers pay for waking it" if run.header.plan.client_wait else ""
        why = f": this process may use 1 of {environment.cores}" if environment.allowed == 1 else ""
        yield Notice(f"{who} share a core here{woken}{why}: use a machine with two or more")


def of_patterns(gates: Gates, judged: Iterable[Cell]) -> Iterator[Notice]:
    """Say which patterns match nothing that is judged here: they may be for other runs, or for none."""
    for pattern in unmatched(gates, map(str, judged)):
        yield Notice(f'{gates.source or "margins"}: "{pattern}" matches no cell that is judged here')


def of_time(rounds: int, planned: int, closing: Closing | None) -> Iterator[Notice]:
    """Say that the time was over before the plan was done."""
    if closing and closing.status == "out of time":
        yield Notice(f"{rounds} of {planned} rounds fitted into the time")


def of_replies(spec: ServerSpec, pushed: int = 0, twice: int = 0) -> Iterator[Notice]:
    """Say that replies were not compared, or only by a rule, and how much was `pushed` besides.

    `twice` of that said the same as an earlier reply: a service may have two things to say to a message.
    """
    reply = spec.access.reply
    if reply.rule == "none":
        besides = f"; {pushed:,} messages came all the same, and were passed over" if pushed else ""
        yield Notice(f"{spec.label}: {ONE_WAY}{besides}")
    elif reply.rule == "any":
        yield Notice(f"{spec.label}: replies were counted, not compared (--reply any)")
    elif reply.rule in MATCHED:
        besides = f"; {pushed:,} messages more came and were not counted" if pushed else ""
        besides += f", of which {twice:,} answered a message a second time" if twice else ""
        yield Notice(f"{spec.label}: replies were known by {reply}{besides}")


def of_processes(label: str, count: int, cores: int = 1) -> Iterator[Notice]:
    """Say that the processes of a command share one core, or some."""
    if count > cores:
        have = "one core" if cores == 1 else f"{cores} cores"
        yield Notice(f"{label}: its {count} processes share {have}; a scenario file gives more, as cores = 2")


def of_deviations(spec: ServerSpec, proof: Proof) -> Iterator[Notice]:
    """Say what a server does otherwise; of deflate only where that was asked for."""
    said = [text for name, text in proof.deviations.items() if spec.deflate or not name.startswith("deflate")]
    if said:
        yield Notice(f"{spec.label}: {'; '.join(said)}")


def of_extensions(who: str, spec: ServerSpec, agreed: str) -> Iterator[Notice]:
    """Say who compressed unasked, or not as the others: that is other work for the same message."""
    odd = uncommon(agreed) if spec.deflate else agreed
    if odd:
        yield Notice(f"{who}: agreed on {odd}")


def load_notices(run: LoadRun) -> tuple[Notice, ...]:
    """Return every notice of a load run, failed controls first."""
    machine = of_machine(run, "server and client", "response times")
    late = of_time(len(run.rounds), run.header.plan.rounds, run.closing)
    return ordered([*_failures(run), *_obstacle(run), *machine, *_starved(run), *_server(run), *late])


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
        yield Notice(f"{spec.label}: somebody else serves it; rounds are new connections, not new processes")
    steps = [step for one in run.rounds for step in one.steps]
    yield from of_replies(spec, sum(one.pushed for one in steps), sum(one.twice for one in steps))
    for one in run.rounds:
        yield from of_processes(spec.label, one.processes, spec.core_count)
        yield from of_deviations(spec, one.server)
        yield from of_extensions(spec.label, spec, one.handshake.extensions)
