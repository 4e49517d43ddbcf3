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
from ..plan.margins import Gates
from ..plan.metrics import METRICS, SHOWN
from ..plan.run import Cell, require_gated
from ..records.run import Run
from ..stats.decision import ALPHA, Decision, Evidence, decide, gravest
from ..stats.estimate import Trimmed, trimmed
from ..targets.catalogue import YARDSTICK
from . import cell_values
from .judgement import Judgement
from .notices import Notice
from .provenance import clients_of, differences, proof_of, same_conditions
from .validity import notices_of
from .verdict import Side, Verdict, compared, evidence_of, harm_of, no_value, with_change

LEAST_SESSIONS = 5
TRIPWIRE = 0.5
"""A share: against fewer sessions, or another machine's, only a change past this is called one."""

BY_SESSIONS = (
    "through the yardstick against {count} stored sessions of this machine, by 95 % prediction intervals;"
    " each claim one-sided at 5 %, Holm over all gated lines; weaker than measuring both side by side."
)
BY_TRIPWIRE = (
    "through the yardstick against stored numbers ({why}): a tripwire, REGRESSED only past 50 %, for what"
    " changes between sessions is not in the intervals; weaker than measuring both side by side."
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
        return f"{server} of {self.base}", f"{server} of {self.candidate}" if self.candidate else server


def judge_stored(base: Run, older: Sequence[Run], now: Run, gates: Gates, names: Names) -> Judgement:
    """Judge a run against a stored one; `older` are more sessions of the same.

    With five sessions or more that were made like `now`, by prediction interval, else by tripwire. Raises
    `UsageError` where the two share no cell, or nothing is gated.
    """
    shared = [
        (Side(base, base.header.plan.cells.index(cell)), Side(now, after))
        for after, cell in enumerate(now.header.plan.cells)
        if cell in contested(now) and cell in base.header.plan.cells
    ]
    if not shared:
        raise UsageError("the runs have no cell in common: the same server, client and workload")
    require_gated(gates, (after.cell for _, after in shared), {after.cell.server for _, after in shared})
    cells = [after.cell for _, after in shared]
    sessions = [base, *(one for one in older if one is not base and _like(one, base, now, cells))]
    why = _too_weak(base, now, len(sessions))
    notices = tuple(dict.fromkeys(notice for run in (base, now) for notice in notices_of(run, run.records())))
    broken = next((notice.text for notice in notices if notice.invalid), "")
    stored = [base] if why else sessions
    lines = [line for then, after in shared for line in _lines(stored, then, after, gates, broken, names)]
    verdicts = _decided(lines, tripwire=bool(why))
    rule = BY_TRIPWIRE.format(why=why) if why else BY_SESSIONS.format(count=len(sessions))
    word = gravest([one.verdict for one in verdicts if one.verdict])
    return Judgement(verdicts, word, rule, (*notices, *_missing(base, now)))


def _too_weak(base: Run, now: Run, sessions: int) -> str:
    """Return why nothing can be predicted from the stored sessions, "" if it can."""
    if problem := unlike(base, now):
        return problem
    if sessions < LEAST_SESSIONS:
        return f"{sessions} of the {LEAST_SESSIONS} sessions that a prediction needs"
    fewer = len(now.rounds) < len(base.rounds)
    return f"{len(now.rounds)} rounds, and theirs had {len(base.rounds)}" if fewer else ""


def contested(run: Run) -> list[Cell]:
    """Return the cells of a run that are to be judged: all but those of yardstick and floor."""
    spec_of = run.header.plan.spec_of
    return [cell for cell in run.header.plan.cells if not spec_of(cell.server).in_every_run]


def _missing(base: Run, now: Run) -> list[Notice]:
    """Say which cells only one of two runs has: nothing is said about those."""
    then, after = contested(base), contested(now)
    return [
        *(Notice(f"{cell}: not in the stored run, so not judged") for cell in after if cell not in then),
        *(Notice(f"{cell}: not in the new run, so not judged") for cell in then if cell not in after),
    ]


def unlike(stored: Run, now: Run) -> str:
    """Return why numbers of two runs can't be pooled or predicted from each other, "" if they can."""
    if not same_conditions(stored, now):
        return "another machine, or other settings"
    if stored.header.wsbench != now.header.wsbench or stored.header.plan.pace != now.header.plan.pace:
        return "measured by another wsbench, or at another pace"
    before, after = proof_of(stored, YARDSTICK), proof_of(now, YARDSTICK)
    if before is None or after is None:
        return "no yardstick in it"
    if differing := differences(before, after):
        return f"the yardstick itself ran with {differing}"
    for client, proof in clients_of(now).items():
        then = clients_of(stored).get(client, proof)
        if then != proof:
            return f"the client {client} was {then.version} on Python {then.python}, now {proof.version}"
    return ""


def _like(one: Run, base: Run, now: Run, cells: Sequence[Cell]) -> bool:
    """Whether an older session is one more of the base: same code, made alike, with sound numbers."""
    planned = one.header.plan.cells
    proofs = [(proof_of(one, label), proof_of(base, label)) for label in {cell.server for cell in cells}]
    return (
        not unlike(one, now)
        and all(a and b and not differences(a, b) for a, b in proofs)
        and all(cell in planned and not _void(one, cell) for cell in cells)
        and not any(notice.invalid for notice in notices_of(one, one.records()))
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


def _lines(
    sessions: Sequence[Run], before: Side, after: Side, gates: Gates, broken: str, names: Names
) -> list[_Line]:
    cell = after.cell
    reason = broken or _void(before.run, cell) or _void(after.run, cell)
    base, candidate = names.of(cell.server)
    found = []
    for metric in METRICS[cell.workload.goal]:
        margin = gates.margin_of(str(cell), metric)
        if not margin and metric not in SHOWN:
            continue
        then = [centre for run in sessions if (centre := through_yardstick(run, cell, metric))]
        now = through_yardstick(after.run, cell, metric)
        harm = _harm(metric, then, now) if now and len(then) == len(sessions) else None
        if harm is None and not reason and gates.excused(str(cell), metric):
            margin = 0.0
        elif not (margin or harm):
            continue
        verdict = compared(before, after, metric, margin, reason or ("" if harm else no_value(metric)))
        verdict = msgspec.structs.replace(verdict, base=base, candidate=candidate)
        found.append(_Line(verdict, harm))
    return found


def through_yardstick(run: Run, cell: Cell, metric: str) -> Trimmed | None:
    """Return ln(server / yardstick) of a run, over its rounds; None where one of the two has no number."""
    cells, records = run.header.plan.cells, run.records()
    yardstick = msgspec.structs.replace(cell, server=YARDSTICK)
    if cell not in cells or yardstick not in cells:
        return None
    rounds = cell_values.log_ratios(records[cells.index(cell)], records[cells.index(yardstick)], metric)
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
    evidence = [evidence_of(line.verdict, line.harm, ()) for line in family if line.harm]
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
    past = one.centre.estimate().low > msgspec.structs.replace(one, margin=max(TRIPWIRE, one.margin)).bound
    return Decision("REGRESSED" if past else "INCONCLUSIVE")
