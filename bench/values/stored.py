"""Verdicts against stored runs: through the yardstick, which is in every run and never changes.

What is compared is ln(server / yardstick), then against now. That leaves out what a machine does from one
minute to the next only as far as it slows both alike; so this is weaker than measuring side by side.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

import msgspec

from . import metrics
from .catalogue import FLOOR, YARDSTICK, UsageError
from .controls import notices_of
from .estimate import Trimmed, trimmed
from .gates import METRICS, SHOWN, Gates
from .judgement import Judgement, Side, Verdict, compared, harm_of, no_value, with_change
from .plan import Cell
from .recipe import differences, proof_of, same_conditions
from .schema import Run
from .verdicts import ALPHA, Decision, Evidence, decide, gravest

LEAST_SESSIONS = 5
TRIPWIRE = 0.5
"""A share: against fewer sessions, or another machine's, only a change past this is called one."""

BY_SESSIONS = (
    "through the yardstick against {count} stored sessions of this machine: 95 % prediction intervals, Holm"
    " over all gated lines; weaker than measuring both side by side."
)
BY_TRIPWIRE = (
    "through the yardstick against stored numbers ({why}): a tripwire, REGRESSED only past 50 %, for what"
    " changes between sessions is not in the intervals; weaker than measuring both side by side."
)

TOO_SMALL = (
    "stored numbers can't decide a change under 50 %: measure both side by side, or store more sessions."
)
TOO_WIDE = "the stored sessions differ by too much to decide: measure both side by side."


def judge_stored(sessions: Sequence[Run], now: Run, gates: Gates) -> Judgement:
    """Judge a run against stored ones, the newest last. Raises `UsageError` where they share no cell.

    With five sessions or more that were made like `now`, by prediction interval; else by tripwire, against
    the newest that was made so, or if there is none, the newest.
    """
    comparable = [one for one in sessions if not unlike(one, now)]
    base = (comparable or sessions)[-1]
    shared = [
        (Side(base, base.header.plan.cells.index(cell)), Side(now, after))
        for after, cell in enumerate(now.header.plan.cells)
        if now.header.plan.name_of(cell.server) not in {FLOOR, YARDSTICK} and cell in base.header.plan.cells
    ]
    if not shared:
        raise UsageError("the runs have no cell in common: the same server, client and workload")
    servers = {after.cell.server for _, after in shared}
    cells = [after.cell for _, after in shared]
    alike = [
        one for one in comparable if one is base or (_same_code(one, base, servers) and _sound(one, cells))
    ]
    notices = tuple(dict.fromkeys(notice for run in (base, now) for notice in notices_of(run, run.records())))
    broken = next((notice.text for notice in notices if notice.invalid), "")
    enough = len(alike) >= LEAST_SESSIONS
    stored = alike if enough else [base]
    lines = [line for before, after in shared for line in _lines(stored, before, after, gates, broken)]
    verdicts = _decided(lines, tripwire=not enough)
    why = unlike(base, now) or f"{len(alike)} of the {LEAST_SESSIONS} sessions that a prediction needs"
    rule = BY_SESSIONS.format(count=len(alike)) if enough else BY_TRIPWIRE.format(why=why)
    return Judgement(verdicts, gravest([one.verdict for one in verdicts if one.verdict]), rule, notices)


def unlike(stored: Run, now: Run) -> str:
    """Return why numbers of two runs can't be pooled or predicted from each other, "" if they can."""
    if not same_conditions(stored, now):
        return "another machine, or other settings"
    before, after = proof_of(stored, YARDSTICK), proof_of(now, YARDSTICK)
    if before is None or after is None:
        return "no yardstick in it"
    differing = differences(before, after)
    return f"the yardstick itself ran with {differing}" if differing else ""


def _same_code(one: Run, base: Run, servers: Iterable[str]) -> bool:
    """Whether an older session measured what the newest did: it says nothing about other code."""
    proofs = [(proof_of(one, label), proof_of(base, label)) for label in servers]
    return all(a and b and not differences(a, b) for a, b in proofs)


def _sound(run: Run, cells: Sequence[Cell]) -> bool:
    """Whether an older session has numbers of all these cells, and no control failed in it."""
    planned = run.header.plan.cells
    return all(cell in planned and not _void(run, cell) for cell in cells) and not any(
        notice.invalid for notice in notices_of(run, run.records())
    )


def _void(run: Run, cell: Cell) -> str:
    """Return why server / yardstick of a run says nothing, "" if it does."""
    planned = run.header.plan.cells
    pair = (cell, msgspec.structs.replace(cell, server=YARDSTICK))
    voids = (Side(run, planned.index(one)).void for one in pair if one in planned)
    return next(filter(None, voids), "")


class _Line(msgspec.Struct, frozen=True):
    """A verdict to be decided, and the harm seen: its centre with the error of the way it was reached."""

    verdict: Verdict
    harm: Trimmed | None


def _lines(sessions: Sequence[Run], before: Side, after: Side, gates: Gates, broken: str) -> list[_Line]:
    cell = after.cell
    reason = broken or _void(before.run, cell) or _void(after.run, cell)
    found = []
    for metric in METRICS[cell.workload.goal]:
        margin = gates.margin_of(str(cell), metric)
        if not margin and metric not in SHOWN:
            continue
        then = [centre for run in sessions if (centre := through_yardstick(run, cell, metric))]
        now = through_yardstick(after.run, cell, metric)
        harm = _harm(metric, then, now) if now and len(then) == len(sessions) else None
        verdict = compared(before, after, metric, margin, reason or ("" if harm else no_value(metric)))
        when = before.run.header.started[:10]
        if margin or harm:
            found.append(_Line(msgspec.structs.replace(verdict, base=f"{cell.server} of {when}"), harm))
    return found


def through_yardstick(run: Run, cell: Cell, metric: str) -> Trimmed | None:
    """Return ln(server / yardstick) of a run, over its rounds; None where one of the two has no number."""
    cells, records = run.header.plan.cells, run.records()
    yardstick = msgspec.structs.replace(cell, server=YARDSTICK)
    if cell not in cells or yardstick not in cells:
        return None
    rounds = metrics.log_ratios(records[cells.index(cell)], records[cells.index(yardstick)], metric)
    return trimmed(rounds) if rounds else None


def _harm(metric: str, then: Sequence[Trimmed], now: Trimmed) -> Trimmed:
    """Return now - then: a prediction error over sessions, or over the rounds of the only two there are."""
    mean = harm_of(metric, now.mean - statistics.fmean(one.mean for one in then))
    if len(then) >= LEAST_SESSIONS:
        spread = statistics.stdev(one.mean for one in then)
        return Trimmed(mean, spread * math.sqrt(1 + 1 / len(then)), len(then) - 1, len(then))
    return Trimmed(mean, *_welch(then[-1], now), n=min(then[-1].n, now.n))


def _welch(one: Trimmed, other: Trimmed) -> tuple[float, int]:
    """Return standard error and degrees of freedom of a difference (Welch 1947; Yuen 1974 for trimmed)."""
    squares = [one.se**2, other.se**2]
    total = sum(squares)
    if not math.isfinite(total) or not total:
        return math.sqrt(total), max(1, min(one.df, other.df))
    parts = sum(square**2 / df for square, df in zip(squares, (one.df, other.df), strict=True))
    return math.sqrt(total), max(1, math.floor(total**2 / parts))


def _decided(lines: Sequence[_Line], *, tripwire: bool) -> tuple[Verdict, ...]:
    family = [line for line in lines if line.verdict.margin and line.harm and not line.verdict.verdict]
    evidence = [Evidence(line.harm, (), line.verdict.margin) for line in family if line.harm]
    decisions = iter([_tripwire(one) for one in evidence] if tripwire else decide(evidence, ALPHA))
    found = []
    for line in lines:
        one = with_change(line.verdict, line.harm.estimate()) if line.harm else line.verdict
        if line in family:
            word = next(decisions).word
            reason = (TOO_SMALL if tripwire else TOO_WIDE) if word == "INCONCLUSIVE" else ""
            one = msgspec.structs.replace(one, verdict=word, reason=reason)
        found.append(one)
    return tuple(found)


def _tripwire(one: Evidence) -> Decision:
    past = one.centre.estimate().low > math.log1p(max(TRIPWIRE, one.margin))
    return Decision("REGRESSED" if past else "INCONCLUSIVE")
