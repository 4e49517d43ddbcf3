"""Verdicts against stored runs: through the yardstick, which is in every run and never changes.

What is compared is ln(server / yardstick), then against now. That leaves out what a machine does from one
minute to the next only as far as it slows both alike; so this is weaker than measuring side by side.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

from ..errors import UsageError
from ..facts import cell_values
from ..facts.facts import Facts
from ..facts.network import network_difference
from ..facts.notices import of_patterns
from ..plan.margins import Gates
from ..plan.metrics import gateable
from ..plan.run import Cell, require_gated
from ..records.run import Run
from ..stats.decision import ALPHA, Decision, Evidence, decide, welch
from ..stats.estimate import Trimmed, trimmed
from ..targets.catalogue import YARDSTICK
from .bounds import Bound, as_bounded, why_not
from .judgement import Judgement
from .sessions import LEAST_SESSIONS, contested, left_out, of_left_out, too_weak, unfit, unmatched
from .verdict import Side, Verdict, compared, evidence_of, harm_of, no_value, with_change

TRIPWIRE = 0.5
"""A share: against fewer sessions, or another machine's, only a change past this is called one."""

TWICE = math.log(2)
"""As harm the other way: what is twice as fast is IMPROVED there."""

APART = (
    " Before and after lie around the mean of both, as far apart as the change says: where stdlib changed,"
    " they are not what either run measured."
)
BY_SESSIONS = (
    "compared with {count} stored sessions of this machine relative to stdlib, which is in every run, by"
    " 95 % prediction intervals; each claim one-sided at 5 %, Holm over all gated lines; weaker than"
    " measuring both side by side." + APART
)
BY_TRIPWIRE = (
    "compared with stored numbers relative to stdlib, which is in every run ({why}): only changes over 50 %,"
    " or to twice as fast, can be seen this way, for what changes between sessions is not in the intervals;"
    " weaker than measuring both side by side." + APART
)

TOO_SMALL = (
    "stored numbers can't decide a change under 50 %: measure both side by side, or store more sessions."
)
TOO_WIDE = "the stored sessions differ by too much to decide: measure both side by side."


class Names(msgspec.Struct, frozen=True):
    """What the two sides are called: `tornado of old`, `tornado of new`; "" for just the server."""

    base: str
    candidate: str = ""

    def of(self, server: str) -> tuple[str, str]:
        """Return the names of a server on both sides."""
        base = f"{server} of {self.base}" if self.base else server
        return base, f"{server} of {self.candidate}" if self.candidate else server


def judge_stored(base: Run, older: Sequence[Run], now: Run, gates: Gates, names: Names) -> Judgement:
    """Judge a run against a stored one; `older` are more sessions of the same.

    With five sessions or more that were made like `now`, by prediction interval, else by tripwire. Raises
    `UsageError` where the two share no cell, or nothing is gated.
    """
    then, after = Facts(base), Facts(now)
    shared = [
        (Side(then, then.cells.index(cell)), Side(after, index))
        for index, cell in enumerate(after.cells)
        if cell in contested(now) and cell in then.cells
    ]
    if not shared:
        raise UsageError("the runs have no cell in common: the same server, client and workload")
    cells = [side.cell for _, side in shared]
    require_gated(gates, cells, {cell.server for cell in cells})
    beside = [one for one in map(Facts, older) if one.run is not base]
    reasons = [(one, left_out(one, then, after, cells)) for one in beside]
    sessions = [then, *(one for one, why in reasons if not why)]
    why = too_weak(base, now, len(sessions))
    notices = tuple(dict.fromkeys([*then.notices, *after.notices]))
    broken = next((notice.text for notice in notices if notice.invalid), "")
    stored = [then] if why else sessions
    lines = [line for one, other in shared for line in _lines(stored, one, other, gates, broken, names)]
    verdicts = _decided(lines, tripwire=bool(why))
    rule = BY_TRIPWIRE.format(why=why) if why else BY_SESSIONS.format(count=len(sessions))
    told = (*notices, *of_left_out(reasons), *of_patterns(gates, cells))
    return Judgement(verdicts, rule + gates.told, told, tuple(unmatched(base, now)))


class UndecidedLine(msgspec.Struct, frozen=True):
    """A verdict to be decided, and the harm seen: its centre with the error of the way it was reached."""

    verdict: Verdict
    harm: Trimmed | None
    bound: Bound = ""


def _lines(
    sessions: Sequence[Facts], before: Side, after: Side, gates: Gates, broken: str, names: Names
) -> list[UndecidedLine]:
    cell = after.cell
    yardstick = msgspec.structs.replace(cell, server=YARDSTICK)
    fault = unfit(before.facts, yardstick) or unfit(after.facts, yardstick)
    fault = fault if YARDSTICK in fault or not fault else f"{YARDSTICK}: {fault}"
    apart = network_difference(before.facts.plan.network, after.facts.plan.network)
    lost = _gone(before, after) or _gone(_beside(before, yardstick), _beside(after, yardstick))
    base, candidate = names.of(cell.server)
    found = []
    for metric in gateable(cell.workload.goal):
        margin = gates.margin_of(str(cell), metric)
        if not margin and not gates.shows(str(cell), metric):
            continue
        then = [centre for one in sessions if (centre := through_yardstick(one, cell, metric))]
        now = through_yardstick(after.facts, cell, metric)
        reason, bound = why_not(before, after, metric)
        reason = reason or apart or fault
        harm = _harm(metric, then, now) if now and len(then) == len(sessions) else None
        if harm is None and not reason and gates.excused(str(cell), metric):
            margin = 0.0
        elif not (margin or harm):
            continue
        problem = reason or ("" if harm else no_value(metric))
        verdict = compared(before, after, metric, margin, problem, lost)
        verdict = msgspec.structs.replace(verdict, base=base, candidate=candidate)
        if margin and broken:
            verdict = msgspec.structs.replace(verdict, verdict="INVALID", reason=broken)
        found.append(UndecidedLine(verdict, harm, bound))
    return found


def _beside(side: Side, cell: Cell) -> Side | None:
    """Return the side of another cell of the same run, None where it has none."""
    return Side(side.facts, side.facts.cells.index(cell)) if cell in side.facts.cells else None


def _gone(before: Side | None, after: Side | None) -> bool:
    """Whether a server could be judged, or judged by, then, and died, refused or starved connections now."""
    was = before and not (before.failed or before.starved)
    return bool(was and after and (after.failed or after.starved))


def through_yardstick(facts: Facts, cell: Cell, metric: str) -> Trimmed | None:
    """Return ln(server / yardstick) of a run, over its rounds; None where one of the two has no number."""
    return through(facts, cell, metric, YARDSTICK)


def through(facts: Facts, cell: Cell, metric: str, server: str) -> Trimmed | None:
    """Return ln(server of the cell / another server) of a run, as `through_yardstick` does."""
    cells, records = facts.cells, facts.records
    other = msgspec.structs.replace(cell, server=server)
    if cell not in cells or other not in cells:
        return None
    rounds = cell_values.log_ratios(records[cells.index(cell)], records[cells.index(other)], metric)
    return trimmed(rounds) if rounds else None


def _harm(metric: str, then: Sequence[Trimmed], now: Trimmed) -> Trimmed:
    """Return now - then: a prediction error over sessions, or over the rounds of the only two there are."""
    mean = harm_of(metric, now.mean - statistics.fmean(one.mean for one in then))
    if len(then) >= LEAST_SESSIONS:
        spread = statistics.stdev(one.mean for one in then)
        return Trimmed(mean, spread * math.sqrt(1 + 1 / len(then)), len(then) - 1, len(then))
    return Trimmed(mean, *welch(then[-1], now), n=min(then[-1].n, now.n))


def _decided(lines: Sequence[UndecidedLine], *, tripwire: bool) -> tuple[Verdict, ...]:
    family = [line for line in lines if line.verdict.margin and line.harm and not line.verdict.verdict]
    evidence = [evidence_of(line.verdict, line.harm, ()) for line in family if line.harm]
    decisions = iter([_tripwire(one) for one in evidence] if tripwire else decide(evidence, ALPHA))
    found = []
    for line in lines:
        one = with_change(line.verdict, line.harm.estimate()) if line.harm else line.verdict
        if line in family:
            word = next(decisions).word
            reason = (TOO_SMALL if tripwire else TOO_WIDE) if word == "INCONCLUSIVE" else ""
            one = as_bounded(msgspec.structs.replace(one, verdict=word, reason=reason), line.bound)
        found.append(one)
    return tuple(found)


def _tripwire(one: Evidence) -> Decision:
    bound = msgspec.structs.replace(one, margin=max(TRIPWIRE, one.margin)).bound
    estimate = one.centre.estimate()
    if estimate.low > bound:
        return Decision("REGRESSED")
    return Decision("IMPROVED" if estimate.high < -max(bound, TWICE) else "INCONCLUSIVE")
