"""What a run was made to decide: from the rounds of base and candidate to verdicts, one per gated metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from . import metrics
from .controls import VOID, Notice, limit_of, notices_of
from .estimate import Estimate, trimmed
from .gates import HIGHER_IS_BETTER, METRICS, SHOWN
from .schema import Run
from .verdicts import Evidence, Word, decide, gravest
from .workload import Workload


class Verdict(msgspec.Struct, frozen=True):
    """One metric of one candidate against its base.

    `change`, `low` and `high` are shares of the base's value (0.05: 5 % more), None where unknown or without
    an end; more is worse except for throughput. A `margin` of 0 says that the metric is shown, not gated; then
    `verdict` is None. `before` and `after` are in the metric's unit. `reason` says why a verdict is INVALID.
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
    verdicts = decided(lines)
    return Judgement(verdicts, gravest([one.verdict for one in verdicts if one.verdict]), RULE, notices)


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


def _lines(run: Run, base: str, candidate: str, broken: str) -> list[Line]:
    """Return a line for every metric of every cell of a candidate; `broken` is what makes all INVALID."""
    cells = run.header.plan.cells
    places = [index for index, cell in enumerate(cells) if cell.server == candidate]
    found = []
    for after in places:
        before = cells.index(msgspec.structs.replace(cells[after], server=base))
        reason = broken or _void(run, before, after)
        for metric in METRICS[cells[after].workload.goal]:
            line = _line(run, before, after, metric, reason)
            if line.verdict.margin or line.log_ratios:
                found.append(line)
    return found


def _void(run: Run, before: int, after: int) -> str:
    """Return why two cells can't be compared, "" if they can."""
    records, failures = run.records(), run.failures()
    for index in (before, after):
        cell = run.header.plan.cells[index]
        if index in failures:
            return failures[index].reason
        if records[index] and limit_of(records[index], cell.workload) in VOID:
            return f"the client was the limit with {cell.server}"
    return ""


def _line(run: Run, before: int, after: int, metric: str, reason: str) -> Line:
    """Return the line of one metric, INVALID for a reason where it is gated."""
    cells, records = run.header.plan.cells, run.records()
    cell, gates = cells[after], run.header.plan.comparison
    margin = gates.gates.margin_of(str(cell), metric) if gates else 0.0
    rounds = metrics.log_ratios(records[after], records[before], metric) if margin or metric in SHOWN else []
    reason = reason or ("" if rounds else f"{metric} has no value: too few samples, or not known here")
    throughput = metric == "throughput"
    return Line(
        Verdict(
            cell=str(cell),
            metric=metric,
            base=cells[before].server,
            candidate=cell.server,
            client=cell.client,
            workload=cell.workload,
            margin=margin,
            verdict="INVALID" if margin and reason else None,
            before=metrics.estimates(records[before], throughput=throughput).get(metric),
            after=metrics.estimates(records[after], throughput=throughput).get(metric),
            reason=reason if margin else "",
        ),
        tuple(rounds),
    )
