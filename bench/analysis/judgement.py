"""What a run was made to decide: from the rounds of base and candidate to verdicts, one per gated metric."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..plan.margins import Gates
from ..plan.metrics import METRICS, SHOWN
from ..records.run import Run
from ..stats.decision import LOOK_ALPHA, Word, decide, gravest, order_low
from ..stats.estimate import trimmed
from . import cell_values
from .notices import Notice
from .validity import notices_of
from .verdict import Side, Verdict, compared, evidence_of, harm_of, no_value, with_change


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

    @property
    def settled(self) -> bool:
        """Whether no gated line is open, however grave another's word: then a look ends the run."""
        return all(one.verdict != "INCONCLUSIVE" for one in self.gated)


RULE = (
    "side by side in the same rounds; REGRESSED: surely worse than the margin (Holm over all gated lines);"
    " NO REGRESSION: surely not; two looks at 2.5 % each. The change is that of neighbouring turns, which lie"
    " milliseconds apart; before and after are averages of the run."
)
RARELY = "most turns are within the margin, but all of them together surely are not: rare long pauses?"


class Line(msgspec.Struct, frozen=True):
    """A verdict still to be decided, and its rounds of ln(candidate / base).

    `wholes` are the same of whole rounds, with the turns that trimming leaves out.
    """

    verdict: Verdict
    log_ratios: tuple[float, ...]
    wholes: tuple[float, ...] = ()

    @property
    def open(self) -> bool:
        """Whether there is something to decide, and the rounds to decide it with."""
        return bool(self.verdict.margin and self.log_ratios and not self.verdict.verdict)

    @property
    def harms(self) -> tuple[float, ...]:
        """The rounds as harm: positive is worse."""
        return tuple(harm_of(self.verdict.metric, value) for value in self.log_ratios)


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
    evidence = [evidence_of(line.verdict, trimmed(line.harms), line.harms) for line in family]
    decisions = iter(decide(evidence))
    found = []
    for line in lines:
        one = with_change(line.verdict, trimmed(line.harms).estimate()) if line.harms else line.verdict
        if line.open:
            decision = next(decisions)
            one = msgspec.structs.replace(one, verdict=decision.word, needed_rounds=decision.needed_rounds)
            if decision.word in {"NO REGRESSION", "IMPROVED"} and _rarely_harmed(line):
                one = msgspec.structs.replace(one, verdict="INCONCLUSIVE", reason=RARELY)
        found.append(one)
    return tuple(found)


def _rarely_harmed(line: Line) -> bool:
    """Whether whole rounds are surely past the margin, though the usual turn is not: rare long pauses."""
    harms = [harm_of(line.verdict.metric, value) for value in line.wholes]
    if not harms:
        return False
    bound = evidence_of(line.verdict, trimmed(harms), ()).bound
    return trimmed(harms).p_above(bound) <= LOOK_ALPHA and order_low(harms) > bound


def _lines(run: Run, base: str, candidate: str, broken: str) -> list[Line]:
    """Return a line for every metric of every cell of a candidate; `broken` is what makes all INVALID."""
    cells, comparison = run.header.plan.cells, run.header.plan.comparison
    gates = comparison.gates if comparison else Gates()
    found = []
    for after in (Side(run, index) for index, cell in enumerate(cells) if cell.server == candidate):
        before = Side(run, cells.index(msgspec.structs.replace(after.cell, server=base)))
        reason = broken or before.void or after.void
        for metric in METRICS[after.cell.workload.goal]:
            margin = gates.margin_of(str(after.cell), metric)
            if not margin and metric not in SHOWN:
                continue
            rounds = cell_values.log_ratios(after.records, before.records, metric)
            if not rounds and not reason and gates.excused(str(after.cell), metric):
                margin = 0.0
            elif not (margin or rounds):
                continue
            problem = reason or ("" if rounds else no_value(metric))
            wholes = cell_values.whole_log_ratios(after.records, before.records, metric)
            line = Line(compared(before, after, metric, margin, problem), tuple(rounds), tuple(wholes))
            found.append(line)
    return found
