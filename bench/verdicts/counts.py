"""Verdicts on counts: the rounds of two servers with equal hash seeds as pairs, or two stored runs.

Counts vary with the hash seed and the size of the environment, by up to some tenths of a per cent, and
hardly with anything else: so rounds that have both in common are compared pair by pair, wherever and
whenever they were counted. Others are independent samples.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from ..errors import UsageError
from ..facts.counts import CountFacts
from ..facts.notices import Notice
from ..plan.count import CountCell
from ..plan.margins import Gates
from ..plan.metrics import metric_title
from ..stats.decision import decide, welch
from ..stats.estimate import Trimmed, trimmed
from .baseline import Names
from .causes import explain_counts
from .judgement import Judgement, Unmatched
from .verdict import Verdict, evidence_of, harm_of, with_change

RULE = (
    "work counted per message, in {rounds} of fresh processes with {how}; REGRESSED, and IMPROVED too:"
    " surely past the margin (each claim one-sided at 2.5 %, Holm over all gated lines). Counts say nothing"
    " of time: what costs more instructions is mostly slower, and not by as much."
)
PAIRED, APART = "hash seeds that both sides have in common", "hash seeds of their own"
LOOKUPS = (
    "{candidate}: {count:,.0f} instructions a message {more} than {base} look up attributes that CPython's"
    " type cache has lost; that is by addresses in memory, and decides nothing (docs/counting.md)"
)
TOO_WIDE = "{name}: the rounds differ by too much to decide: more rounds, or a wider margin."


class Sides(NamedTuple):
    """Base and candidate of a line: their runs, and where the cell of each stands."""

    then: CountFacts
    now: CountFacts
    before: int
    after: int


class Line(msgspec.Struct, frozen=True):
    """A verdict to be decided: the harm seen, its rounds where they are pairs, and what is told besides."""

    verdict: Verdict
    harm: Trimmed | None = None
    rounds: tuple[float, ...] = ()
    told: tuple[Notice, ...] = ()


def judge_counts(facts: CountFacts) -> Judgement | None:
    """Return what a run of counts decides; None where it was not made to."""
    comparison = facts.plan.comparison
    if comparison is None:
        return None
    sides = [
        (Sides(facts, facts, facts.cells.index(CountCell(base, cell.workload)), index), (base, candidate))
        for base, candidate in comparison.pairs
        for index, cell in enumerate(facts.cells)
        if cell.server == candidate
    ]
    lines = [line for side, names in sides for line in _lines(side, names, comparison.gates)]
    judgement = _judged(lines, len(facts.run.rounds), facts.notices, comparison.gates)
    explained = len(facts.plan.instruments) > 1
    return msgspec.structs.replace(judgement, causes=explain_counts(facts) if explained else ())


def judge_stored_counts(
    base: CountFacts, now: CountFacts, gates: Gates, names: Names, unlike: str = ""
) -> Judgement:
    """Judge a run of counts against a stored one; `unlike` says in what their conditions differ.

    Raises `UsageError` where they have no cell in common.
    """
    shared = [cell for cell in now.cells if cell in base.cells]
    if not shared:
        raise UsageError("the counts have no cell in common: the same server and workload")
    lines = [
        line if not unlike else msgspec.structs.replace(line, verdict=_not_judged(line.verdict, unlike))
        for cell in shared
        for line in _lines(
            Sides(base, now, base.cells.index(cell), now.cells.index(cell)), names.of(cell.server), gates
        )
    ]
    lost = [Unmatched(str(cell), "lost") for cell in base.cells if cell not in now.cells]
    added = [Unmatched(str(cell), "added") for cell in now.cells if cell not in base.cells]
    notices = tuple(dict.fromkeys([*base.notices, *now.notices]))
    rounds = min(len(base.run.rounds), len(now.run.rounds))
    judged = _judged(lines, rounds, notices, gates)
    return msgspec.structs.replace(judged, unmatched=(*lost, *added))


def _not_judged(verdict: Verdict, why: str) -> Verdict:
    if not verdict.margin:
        return verdict
    return msgspec.structs.replace(verdict, verdict="NOT JUDGED", reason=why)


def _lines(side: Sides, names: tuple[str, str], gates: Gates) -> Iterator[Line]:
    """Yield a line for each metric that is gated or shown, and was counted on either side."""
    cell = side.now.cells[side.after]
    for metric in side.now.gated_metrics():
        margin = gates.margin_of(str(cell), metric)
        before, after = side.then.estimate(side.before, metric), side.now.estimate(side.after, metric)
        if not margin and not (gates.shows(str(cell), metric) and before and after):
            continue
        problem = _problem(side) or ("" if before and after else f"{metric_title(metric)}: not counted")
        verdict = Verdict(
            cell=str(cell),
            metric=metric,
            base=names[0],
            candidate=names[1],
            client="",
            workload=cell.workload,
            margin=margin,
            before=before,
            after=after,
            versions=(side.then.version(_server(side.then, side.before)), side.now.version(cell.server)),
            lost=bool(margin and side.after in side.now.failures),
        )
        line = Line(_not_judged(verdict, problem)) if problem else _compared(side, metric, verdict)
        yield msgspec.structs.replace(line, told=tuple(_lookups(side, verdict)))


def _lookups(side: Sides, verdict: Verdict) -> Iterator[Notice]:
    """Yield that lookups in types differ by more than instructions may: they are apart from those."""
    then, now = (
        statistics.fmean([*facts.rounds_of(index, "lookups").values()] or [0.0])
        for facts, index in ((side.then, side.before), (side.now, side.after))
    )
    least = verdict.margin * verdict.before.value if verdict.before else 0.0
    if verdict.metric == "instructions" and 0 < least < (count := abs(now - then)):
        more = "more" if now > then else "fewer"
        names = {"base": verdict.base, "candidate": verdict.candidate}
        yield Notice(LOOKUPS.format(**names, count=count, more=more))


def _server(facts: CountFacts, index: int) -> str:
    return facts.cells[index].server


def _problem(side: Sides) -> str:
    """Return why a cell can't be judged, "" where it can."""
    for facts, index in ((side.then, side.before), (side.now, side.after)):
        if failure := facts.failures.get(index):
            return f"{_server(facts, index)}: {failure.reason}"
    return ""


def _compared(side: Sides, metric: str, verdict: Verdict) -> Line:
    """Return the line with the harm seen: of pairs where all rounds are some, else of two samples."""
    then, now = side.then.rounds_of(side.before, metric), side.now.rounds_of(side.after, metric)
    if min(*then.values(), *now.values()) <= 0:
        return Line(verdict)
    if then.keys() == now.keys():
        pairs = tuple(harm_of(metric, math.log(now[one] / then[one])) for one in then)
        return Line(verdict, trimmed(pairs), pairs)
    one, other = (trimmed([math.log(value) for value in values.values()]) for values in (then, now))
    mean = harm_of(metric, other.mean - one.mean)
    return Line(verdict, Trimmed(mean, *welch(one, other), n=min(one.n, other.n)))


def _judged(lines: Sequence[Line], rounds: int, notices: tuple[Notice, ...], gates: Gates) -> Judgement:
    paired = all(line.rounds for line in lines if line.harm)
    times = f"{rounds} round{'' if rounds == 1 else 's'}"
    rule = RULE.format(rounds=times, how=PAIRED if paired else APART)
    told = tuple(dict.fromkeys(one for line in lines for one in line.told))
    return Judgement(tuple(_decided(lines)), rule + gates.told, (*notices, *told))


def _decided(lines: Sequence[Line]) -> Iterator[Verdict]:
    family = [line for line in lines if line.verdict.margin and line.harm and not line.verdict.verdict]
    evidence = [evidence_of(line.verdict, line.harm, line.rounds) for line in family if line.harm]
    decisions = iter(decide(evidence))
    for line in lines:
        one = with_change(line.verdict, line.harm.estimate()) if line.harm else line.verdict
        if line in family:
            decision = next(decisions)
            name = metric_title(one.metric)
            reason = TOO_WIDE.format(name=name) if decision.word == "INCONCLUSIVE" and one.rounds > 3 else ""
            one = msgspec.structs.replace(
                one, verdict=decision.word, needed_rounds=decision.needed_rounds, reason=reason
            )
        elif one.margin and not one.verdict:
            one = _not_judged(one, f"{metric_title(one.metric)}: 0 in a round, so there is no ratio")
        yield one
