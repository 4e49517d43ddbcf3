"""What a run was made to decide: from the rounds of base and candidate to verdicts, one per gated metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from . import metrics
from .controls import VOID, Notice, limit_of, notices_of
from .estimate import Estimate, trimmed
from .gates import HIGHER_IS_BETTER, METRICS, SHOWN
from .metrics import Records
from .plan import Cell
from .schema import Run
from .verdicts import Evidence, Word, decide, gravest
from .workload import Workload


class Verdict(msgspec.Struct, frozen=True):
    """One metric of one candidate against its base.

    `change`, `low` and `high` are shares of the base's value (0.05: 5 % more), None where unknown or without
    an end; more is worse except for throughput. A `margin` of 0 says that the metric is shown, not gated;
    then `verdict` is None. `before` and `after` are in the metric's unit. `reason` says why it is INVALID.
    """

    cell: str
    metric: str
    base: str
    candidate: str
    client: str
    workload: Workload
    margin: float
    change: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Word | None = None
    needed_rounds: int | None = None
    rounds: int = 0
    before: Estimate | None = None
    after: Estimate | None = None
    reason: str = ""


class Judgement(msgspec.Struct, frozen=True):
    """Every verdict of a run, its word, and the rule it was reached by, in one sentence."""

    verdicts: tuple[Verdict, ...]
    word: Word
    rule: str
    notices: tuple[Notice, ...] = ()

    @property
    def gated(self) -> tuple[Verdict, ...]:
        """The verdicts on what has a margin."""
        return tuple(one for one in self.verdicts if one.verdict)


RULE = (
    "side by side in the same rounds; REGRESSED: surely worse than the margin (Holm over all gated lines);"
    " NO REGRESSION: surely not; two looks at 2.5 % each."
)


class Line(msgspec.Struct, frozen=True):
    """A verdict still to be decided, and its rounds of ln(candidate / base)."""

    verdict: Verdict
    log_ratios: tuple[float, ...]

    @property
    def open(self) -> bool:
        """Whether there is something to decide, and the rounds to decide it with."""
        return bool(self.verdict.margin and self.log_ratios and not self.verdict.verdict)

    @property
    def harms(self) -> tuple[float, ...]:
        """The rounds as harm: positive is worse."""
        return tuple(harm_of(self.verdict.metric, value) for value in self.log_ratios)


def harm_of(metric: str, log_ratio: float) -> float:
    """Turn ln(candidate / base) into harm, or back: positive harm is worse."""
    return -log_ratio if metric in HIGHER_IS_BETTER else log_ratio


def judge(run: Run) -> Judgement | None:
    """Return what a run decides; None where it was not made to."""
    comparison = run.header.plan.comparison
    if comparison is None:
        return None
    notices = notices_of(run, run.records())
    broken = next((notice.text for notice in notices if notice.invalid), "")
    lines = [line for base, candidate in comparison.pairs for line in _lines(run, base, candidate, broken)]
    if len(run.rounds) not in comparison.looks:
        lines = [_unlooked(line, len(run.rounds), comparison.looks) for line in lines]
    verdicts = decided(lines)
    return Judgement(verdicts, gravest([one.verdict for one in verdicts if one.verdict]), RULE, notices)


def _unlooked(line: Line, rounds: int, looks: Sequence[int]) -> Line:
    """Leave a line open: a look at another moment than planned would be one too many."""
    if not line.open:
        return line
    planned = " and ".join(map(str, looks))
    reason = f"stopped after {rounds} rounds; verdicts are given after {planned}"
    verdict = msgspec.structs.replace(line.verdict, verdict="INCONCLUSIVE", reason=reason)
    return msgspec.structs.replace(line, verdict=verdict)


def decided(lines: Sequence[Line]) -> tuple[Verdict, ...]:
    """Decide all lines that are open, as one family; every line with rounds gets its change."""
    family = [line for line in lines if line.open]
    evidence = [Evidence(trimmed(line.harms), line.harms, line.verdict.margin) for line in family]
    decisions = iter(decide(evidence))
    found = []
    for line in lines:
        one = with_change(line.verdict, trimmed(line.harms).estimate()) if line.harms else line.verdict
        if line.open:
            decision = next(decisions)
            one = msgspec.structs.replace(one, verdict=decision.word, needed_rounds=decision.needed_rounds)
        found.append(one)
    return tuple(found)


def with_change(verdict: Verdict, harm: Estimate) -> Verdict:
    """Return a verdict with the change that an estimate of harm means."""
    low, high = sorted(harm_of(verdict.metric, end) for end in (harm.low, harm.high))
    return msgspec.structs.replace(
        verdict,
        change=_share(harm_of(verdict.metric, harm.value)),
        low=_share(low),
        high=_share(high),
        rounds=harm.n,
    )


def _share(log_ratio: float) -> float | None:
    return math.expm1(log_ratio) if math.isfinite(log_ratio) else None


class Side(msgspec.Struct, frozen=True):
    """One side of a comparison: a cell of a run."""

    run: Run
    index: int

    @property
    def cell(self) -> Cell:
        """What was measured."""
        return self.run.header.plan.cells[self.index]

    @property
    def records(self) -> Records:
        """Its records by round."""
        return self.run.records()[self.index]

    @property
    def void(self) -> str:
        """Why its numbers can't be compared with anybody's, "" if they can."""
        failure = self.run.failures().get(self.index)
        if failure:
            return failure.reason
        limited = self.records and limit_of(self.records, self.cell.workload) in VOID
        return f"the client was the limit with {self.cell.server}" if limited else ""

    def value(self, metric: str) -> Estimate | None:
        """Return the estimate of a metric; None where there is none."""
        return metrics.estimates(self.records, throughput=metric == "throughput").get(metric)


def compared(base: Side, candidate: Side, metric: str, margin: float, problem: str) -> Verdict:
    """Return the verdict that is still to be decided; INVALID already where there is a problem."""
    return Verdict(
        cell=str(candidate.cell),
        metric=metric,
        base=base.cell.server,
        candidate=candidate.cell.server,
        client=candidate.cell.client,
        workload=candidate.cell.workload,
        margin=margin,
        verdict="INVALID" if margin and problem else None,
        before=base.value(metric),
        after=candidate.value(metric),
        reason=problem if margin else "",
    )


def _lines(run: Run, base: str, candidate: str, broken: str) -> list[Line]:
    """Return a line for every metric of every cell of a candidate; `broken` is what makes all INVALID."""
    cells, comparison = run.header.plan.cells, run.header.plan.comparison
    found = []
    for after in (Side(run, index) for index, cell in enumerate(cells) if cell.server == candidate):
        before = Side(run, cells.index(msgspec.structs.replace(after.cell, server=base)))
        reason = broken or before.void or after.void
        for metric in METRICS[after.cell.workload.goal]:
            margin = comparison.gates.margin_of(str(after.cell), metric) if comparison else 0.0
            if not margin and metric not in SHOWN:
                continue
            rounds = metrics.log_ratios(after.records, before.records, metric)
            problem = reason or ("" if rounds else no_value(metric))
            if margin or rounds:
                found.append(Line(compared(before, after, metric, margin, problem), tuple(rounds)))
    return found


def no_value(metric: str) -> str:
    """Say that a metric is missing."""
    return f"{metric} has no value: too few samples, or not known here"
