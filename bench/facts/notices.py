"""What a reader must know of a run, whatever was run: the doubts that all kinds of runs share."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ..plan.margins import Gates
from ..plan.patterns import unmatched
from ..plan.run import FAR_NS, Cell
from ..plan.turns import turns_of
from ..records.common import Closing, Proof
from ..records.load import LoadRun
from ..records.run import Run
from ..targets.reply import MATCHED
from ..targets.spec import ServerSpec
from .cell_values import Records
from .conditions import lapse_doubt, limit_doubt
from .network import doubts_of
from .provenance import uncommon

STEAL, BUSY = 0.02, 0.15
"""Shares of the cores' time: what the host may take of a round, and others may use before it begins."""
SWAPPED = 100  # pages in one round
REPEATED = 0.10
"""A tenth of the turns repeated is more than a quiet machine has (docs/method.md)."""


ONE_WAY = (
    "one-way (--reply none): no reply was waited for or compared, and there are no response times; messages"
    " count as read when a ping sent behind them was answered"
)


class Notice(msgspec.Struct, frozen=True):
    """Something a reader must know; `invalid` where a control failed and the number can't stand.

    A `minor` one changes no number: it is shown with the details.
    """

    text: str
    invalid: bool = False
    minor: bool = False


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
    yield from map(Notice, doubts_of(run))
    if limited := limit_doubt(environment):
        yield Notice(limited)
    if environment.governor not in {"", "performance"}:
        yield Notice(f"the governor is {environment.governor}: cpupower frequency-set -g performance")
    if not pinned:
        woken = ", so wire sleeps, and servers pay for waking it" if run.header.plan.client_wait else ""
        why = f": this process may use 1 of {environment.cores}" if environment.allowed == 1 else ""
        yield Notice(f"{who} share a core here{woken}{why}: use a machine with two or more")


def of_disturbance(run: Run, records: Mapping[int, Records]) -> Iterator[Notice]:
    """Say that many turns were taken anew because other programs had a core."""
    cells = run.header.plan.cells
    wide = [
        one
        for index, cell in enumerate(cells)
        if cell.workload.goal != "latency"
        for one in records[index].values()
    ]
    turns, repeated = sum(len(one.rates) for one in wide), sum(one.repeated for one in wide)
    if repeated <= REPEATED * turns:
        return
    kept = sum(one.disturbed for one in wide)
    text = f"other programs took a core away, so {repeated:,} of {turns:,} throughput turns were repeated"
    yield Notice(f"{text}, and {kept:,} stayed disturbed: end them and rerun")


def of_distance(run: Run, records: Mapping[int, Records]) -> Iterator[Notice]:
    """Say whose answers take so long that a round has fewer turns of it."""
    plan, found = run.header.plan, dict[str, str]()
    for index, cell in enumerate(plan.cells):
        rounds, planned = records[index].values(), turns_of(plan, index)
        turns = min((len(one.medians_ns) for one in rounds), default=0)
        slow = statistics.median(statistics.median(one.medians_ns) for one in rounds) if turns else 0.0
        if turns < planned and slow >= FAR_NS and cell.server not in found:
            fewer = f"a round has {turns} turns of it instead of {planned}"
            found[cell.server] = f"an answer takes {slow / 1e6:,.0f} ms, so {fewer}, and no p99"
    yield from (Notice(f"{server}: {text}") for server, text in found.items())


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


def of_trust(run: Run | LoadRun) -> Iterator[Notice]:
    """Say whose certificate was not looked at."""
    for spec in run.header.plan.servers:
        access = spec.access
        if access.insecure and spec.kind == "url" and (spec.tls or access.redirects):
            yield Notice(
                f"{spec.label}: its certificate was not verified (--insecure); anybody may have answered"
            )


def of_processes(label: str, count: int, cores: int = 1) -> Iterator[Notice]:
    """Say that the processes of a command share one core, or some."""
    if count > cores:
        have = "one core" if cores == 1 else f"{cores} cores"
        yield Notice(f"{label}: its {count} processes share {have}; a scenario file gives more, as cores = 2")


def of_deviations(spec: ServerSpec, proof: Proof) -> Iterator[Notice]:
    """Say what a server does otherwise; of deflate only where that was asked for."""
    said = [text for name, text in proof.deviations.items() if spec.deflate or not name.startswith("deflate")]
    if said:
        yield Notice(f"{spec.label}: {'; '.join(said)}", minor=True)


def of_extensions(who: str, spec: ServerSpec, agreed: str) -> Iterator[Notice]:
    """Say who compressed unasked, or not as the others: that is other work for the same message."""
    odd = uncommon(agreed) if spec.deflate else agreed
    if odd:
        yield Notice(f"{who}: agreed on {odd}")
