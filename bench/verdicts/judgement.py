"""What a run was made to decide: from the rounds of base and candidate to verdicts, one per gated metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ..facts import cell_values
from ..facts.facts import Facts
from ..facts.notices import Notice
from ..plan.margins import Gates
from ..plan.metrics import gateable
from ..records.run import Run
from ..stats.decision import LOOK_ALPHA, Word, decide, order_low
from ..stats.estimate import trimmed
from .bounds import Bound, as_bounded, why_not
from .causes import Causes
from .pairs import Pair, pairs_of
from .precedence import word_of
from .verdict import Side, Verdict, compared, evidence_of, harm_of, no_value, with_change


class Unmatched(msgspec.Struct, frozen=True):
    """A cell that only one side has, so nothing is said of it; `now` is its new name if it was renamed."""

    cell: str
    what: Literal["lost", "added", "renamed"]
    now: str = ""

    def __str__(self) -> str:
        """Say what happened to the cell, in a sentence without a full stop."""
        if self.what == "renamed":
            return f"{self.cell}: renamed to {self.now}, so not judged"
        where = "after" if self.what == "lost" else "before"
        return f"{self.cell}: {self.what}, for there is no such cell {where}, so not judged"


class Judgement(msgspec.Struct, frozen=True):
    """Every verdict of a run, its rule in one sentence, what only one side has, and why counts differ."""

    verdicts: tuple[Verdict, ...]
    rule: str
    notices: tuple[Notice, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    causes: tuple[Causes, ...] = ()

    @property
    def word(self) -> Word:
        """What the whole run is called."""
        return word_of(self.gated)

    @property
    def gated(self) -> tuple[Verdict, ...]:
        """The verdicts on what has a margin."""
        return tuple(one for one in self.verdicts if one.verdict)

    @property
    def unjudged(self) -> tuple[Verdict, ...]:
        """The gated lines that could not be judged."""
        return tuple(one for one in self.gated if one.verdict == "NOT JUDGED")

    @property
    def whole(self) -> bool:
        """Whether every line was judged, and both sides have the same cells."""
        return not (self.unjudged or self.unmatched)

    @property
    def settled(self) -> bool:
        """Whether no gated line is open, however grave another's word: then a look ends the run."""
        return all(one.verdict != "INCONCLUSIVE" for one in self.gated)


RULE = (
    "side by side in the same rounds; REGRESSED: surely worse than the margin (Holm over all gated lines);"
    " NO REGRESSION: surely not; decided half-way or at the end, at 2.5 % each (docs/method.md). The change"
    " is computed from measurements taken milliseconds apart; before and after lie around the mean of both,"
    " as far apart as the change says."
)
RARELY = "most turns are within the margin, but all of them together surely are not: rare long pauses?"


class UndecidedVerdict(msgspec.Struct, frozen=True):
    """A verdict still to be decided, and its rounds of ln(candidate / base).

    `wholes` are the same of whole rounds, with the turns that trimming leaves out. `bound` names the side
    whose throughput is a lower bound, for its client was the limit.
    """

    verdict: Verdict
    log_ratios: tuple[float, ...]
    wholes: tuple[float, ...] = ()
    bound: Bound = ""

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
    return judge_facts(Facts(run))


def judge_facts(facts: Facts) -> Judgement | None:
    """Return what the facts of a run decide; None where it was not made to."""
    comparison, rounds = facts.plan.comparison, len(facts.run.rounds)
    if comparison is None:
        return None
    lines = [line for pair in pairs_of(comparison) for line in _lines(facts, pair)]
    if rounds not in comparison.looks:
        lines = [_unlooked(line, rounds, comparison.looks) for line in lines]
    verdicts = decide_all(lines)
    unmatched = [cell for pair in pairs_of(comparison) for cell in _unmatched(facts, pair)]
    return Judgement(verdicts, RULE + comparison.gates.told, facts.notices, tuple(unmatched))


def _unmatched(facts: Facts, pair: Pair) -> Iterator[Unmatched]:
    """Yield the cells that only one of a pair has: a client may not be able to drive a server."""
    for cell in facts.cells:
        if pair.before(cell) not in {None, *facts.cells}:
            yield Unmatched(str(cell), "added")
        if pair.after(cell) not in {None, *facts.cells}:
            yield Unmatched(str(cell), "lost")


def _unlooked(line: UndecidedVerdict, rounds: int, looks: Sequence[int]) -> UndecidedVerdict:
    """Leave a line open: a look at another moment than planned would be one too many."""
    if not line.open:
        return line
    planned = " and ".join(map(str, looks))
    reason = f"stopped after {rounds} rounds; verdicts are given after {planned}"
    verdict = msgspec.structs.replace(line.verdict, verdict="INCONCLUSIVE", reason=reason)
    return msgspec.structs.replace(line, verdict=verdict)


def decide_all(lines: Sequence[UndecidedVerdict]) -> tuple[Verdict, ...]:
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
            one = as_bounded(one, line.bound)
        found.append(one)
    return tuple(found)


def _rarely_harmed(line: UndecidedVerdict) -> bool:
    """Whether whole rounds are surely past the margin, though the usual turn is not: rare long pauses."""
    harms = [harm_of(line.verdict.metric, value) for value in line.wholes]
    if not harms:
        return False
    bound = evidence_of(line.verdict, trimmed(harms), ()).bound
    return trimmed(harms).p_above(bound) <= LOOK_ALPHA and order_low(harms) > bound


def _lines(facts: Facts, pair: Pair) -> list[UndecidedVerdict]:
    """Return a line for every metric of every cell of a candidate."""
    comparison, role = facts.plan.comparison, pair.role
    gates = comparison.gates if comparison else Gates()
    return [
        line
        for before, after in pair.among(facts.cells)
        for metric in gateable(facts.cells[after].workload.goal)
        if (line := _line(Side(facts, before, role), Side(facts, after, role), metric, gates))
    ]


def _line(before: Side, after: Side, metric: str, gates: Gates) -> UndecidedVerdict | None:
    """Return the line of a metric, None where it is neither gated nor shown."""
    reason, bound = why_not(before, after, metric)
    margin = gates.margin_of(str(after.cell), metric)
    if not margin and not gates.shows(str(after.cell), metric):
        return None
    rounds = cell_values.log_ratios(after.records, before.records, metric)
    if not rounds and not reason and gates.excused(str(after.cell), metric):
        margin = 0.0
    elif not (margin or rounds):
        return None
    problem = reason or ("" if rounds else no_value(metric))
    wholes = cell_values.whole_log_ratios(after.records, before.records, metric)
    lost = before.failed or after.failed or (after.starved and not before.starved)
    verdict = compared(before, after, metric, margin, problem, lost)
    if margin and after.facts.invalid:
        verdict = msgspec.structs.replace(verdict, verdict="INVALID", reason=after.facts.invalid)
    return UndecidedVerdict(verdict, tuple(rounds), tuple(wholes), bound)
