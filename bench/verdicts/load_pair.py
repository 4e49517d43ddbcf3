"""Two load runs side by side: what both measured, and the lines that can be judged of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from operator import truediv

import msgspec

from ..facts.load_steps import steps_at, steps_of, unlike_loads
from ..facts.notices import Notice
from ..plan.margins import Gates
from ..plan.metrics import metric_title
from ..plan.stages import stage_name
from ..records.load import LoadRun, Step
from ..records.rates.missed import in_words
from ..stats.decision import Word, welch
from ..stats.estimate import Trimmed, estimate_log, trimmed
from .baseline import Names
from .judgement import Unmatched
from .verdict import Verdict, harm_of


class Line(msgspec.Struct, frozen=True):
    """A verdict, and the rounds of both sides that it is to be decided by; without them it stands.

    `paired` rounds were measured one after the other, so it is their differences that are decided by.
    """

    verdict: Verdict
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    paired: bool = False

    @property
    def harm(self) -> Trimmed | None:
        """How much worse it became, on the scale of logarithms; None without rounds on both sides."""
        if not (self.before and self.after):
            return None
        if self.paired:
            ratios = map(truediv, self.after, self.before)
            return trimmed([harm_of(self.verdict.metric, math.log(ratio)) for ratio in ratios])
        then, now = (trimmed(list(map(math.log, side))) for side in (self.before, self.after))
        mean = harm_of(self.verdict.metric, now.mean - then.mean)
        return Trimmed(mean, *welch(then, now), n=min(then.n, now.n))

    def judged(self, word: Word, reason: str) -> Line:
        """Return the line with a word that its rounds do not decide; what can't be believed has no number."""
        verdict = msgspec.structs.replace(self.verdict, verdict=word, reason=reason)
        if word in {"NOT JUDGED", "INVALID"}:
            return Line(msgspec.structs.replace(verdict, before=None, after=None))
        return msgspec.structs.replace(self, verdict=verdict)


class Place(msgspec.Struct, frozen=True):
    """Where steps were held: at a rate in msg/s, or in a stage of that mean rate."""

    rate: float
    stage: int | None = None

    @property
    def where(self) -> str:
        """As a line has it: `at 2,000 msg/s`, `in stage 2`."""
        return at(self.rate) if self.stage is None else f"in {stage_name(self.stage)}"

    def steps(self, run: LoadRun) -> list[Step]:
        """Return the steps of a run that were held here, one a round where every round has one."""
        if self.stage is None:
            return steps_at(run.rounds, self.rate)
        return steps_of(run.rounds, self.stage)


class Pair(msgspec.Struct, frozen=True):
    """Both runs, each with a round at least, the margins, and the names of the two sides."""

    base: LoadRun
    now: LoadRun
    gates: Gates
    names: Names

    @property
    def paired(self) -> bool:
        """Whether both were measured in turns, a round of each after the other, and have as many rounds."""
        one, other = self.base.header.plan, self.now.header.plan
        together = bool(one.beside) and (one.beside, one.seed) == (other.beside, other.seed)
        return together and len(self.base.rounds) == len(self.now.rounds)

    @property
    def places(self) -> list[Place]:
        """Where both were measured: the rates that both held, or the stages that both went through."""
        ours, theirs = self.base.header.plan.stages, self.now.header.plan.stages
        staged = range(len(ours)) if ours == theirs else ()
        return [Place(rate) for rate in self.rates] + [Place(ours[one].rate, one) for one in staged]

    @property
    def rates(self) -> list[float]:
        """The rates that both held, in msg/s."""
        return sorted(_held(self.base) & _held(self.now))

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """The rates that only one of them held, unless they are shares of ceilings of their own."""
        if self.sweeps_apart:
            return ()
        theirs, ours = _held(self.base), _held(self.now)
        return tuple(
            Unmatched(self.cell(at(rate)), "lost" if rate in theirs else "added")
            for rate in sorted(theirs ^ ours)
        )

    @property
    def sweeps_apart(self) -> bool:
        """Whether both are sweeps, each of which held shares of its own ceiling."""
        return {self.base.header.plan.mode, self.now.header.plan.mode} == {"sweep"} and not self.rates

    def cell(self, where: str) -> str:
        """Return the name of a line: the server, what it was sent, and where, as `at 2,000 msg/s`."""
        plan = self.now.header.plan
        many = "" if plan.workload.connections == 1 else "s"
        sent = f"{plan.workload.what}, {plan.workload.connections:,} connection{many}"
        return f"{plan.server.label} by wire, {sent}, {where}"

    def line(
        self, where: str, metric: str, before: Sequence[float | None], after: Sequence[float | None]
    ) -> Iterator[Line]:
        """Yield the line of a metric, NOT JUDGED where a round has no value; none where it is not gated."""
        cell, plan = self.cell(where), self.now.header.plan
        margin = self.gates.margin_of(cell, metric)
        if not margin:
            return
        theirs, ours = (tuple(value for value in side if value) for side in (before, after))
        whole = bool(theirs and ours) and len(theirs) == len(before) and len(ours) == len(after)
        verdict = Verdict(
            cell=cell,
            metric=metric,
            base=self.names.of(self.base.header.plan.server.label)[0],
            candidate=self.names.of(plan.server.label)[1],
            client="wire",
            workload=plan.workload,
            margin=margin,
            verdict=None if whole else "NOT JUDGED",
            before=estimate_log(theirs) if whole else None,
            after=estimate_log(ours) if whole else None,
            reason="" if whole else f"{metric_title(metric)}: not every round has a value",
            versions=(self.base.rounds[0].server.version, self.now.rounds[0].server.version),
        )
        yield Line(verdict, theirs, ours, paired=self.paired) if whole else Line(verdict)

    @property
    def unlike(self) -> str:
        """Why absolute times of the two have nothing to do with each other, "" where they have."""
        return unlike_loads(self.base, self.now)

    @property
    def notices(self) -> Iterator[Notice]:
        """Say what else was not the same in both."""
        one, other = self.base.header, self.now.header
        if self.sweeps_apart:
            yield Notice(
                "each sweep held shares of its own ceiling, so no rate is in both;"
                " wsbench check --baseline FILE holds the rates of the file"
            )
        for name, before, after in (
            ("wsbench", one.wsbench, other.wsbench),
            ("equal settings", one.plan.equal, other.plan.equal),
            ("agents", one.plan.agents, other.plan.agents),
            ("agents in a cluster", bool(one.plan.scheduler), bool(other.plan.scheduler)),
            ("seconds of a step", one.plan.duration_s, other.plan.duration_s),
            ("seconds of ramp", one.plan.ramp_s, other.plan.ramp_s),
        ):
            if before != after:
                yield Notice(f"not the same in both: {name} ({_shown(before)}, then {_shown(after)})")


def at(rate: float) -> str:
    """Return where a line is: `at 2,000 msg/s`."""
    return f"at {in_words(rate)} msg/s"


def _held(run: LoadRun) -> set[float]:
    """Return the rates that a run held; those of a search are its own."""
    if run.header.plan.mode in {"slo", "stages"}:
        return set()
    return {step.rate for one in run.rounds for step in one.steps if step.rate}


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
