"""Two load runs held against each other: capacity, ceiling, and response times at the rates both held.

Each round of either run had a server process of its own, so the rounds are independent samples: what is
judged is the difference of the trimmed means of their logarithms, with Welch's standard error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..errors import UsageError
from ..facts.load_notices import load_notices
from ..facts.load_steps import fault_of, missed_of
from ..plan.margins import Gates
from ..plan.metrics import metric_title
from ..records.load import LoadRun, Step
from ..records.rates.lateness import LATE, SEND_NS
from ..stats.capacity import FLOOR
from ..stats.decision import ALPHA, Word, decide
from ..stats.estimate import MIN_ROUNDS
from .baseline import Names
from .judgement import Judgement
from .load_pair import Line, Pair, Place
from .verdict import Verdict, evidence_of, with_change

RULE = (
    "the rounds of both load runs as independent samples (Welch's t of their trimmed logarithms; each claim"
    " one-sided at 5 %, Holm over all gated lines). The runs were not taken at the same time: what the"
    " machine did otherwise meanwhile is not in the intervals."
)
PAIRED = (
    "rounds in turns, one of each server after the other; the change is that of pairs of rounds (trimmed"
    " means of their logarithms; each claim one-sided at 5 %, Holm over all gated lines)."
)
TOO_WIDE = "{name}: the rounds differ by too much to decide: more rounds, longer steps, or a wider margin."
AGREED = ("response_p50", "response_p99")
"""The metrics that are judged at each rate."""


def judge_load(base: LoadRun, now: LoadRun, gates: Gates, names: Names) -> Judgement:
    """Judge a load run against another one.

    Raises `UsageError` where they were sent other things, or have nothing in common that is gated.
    """
    _require_alike(base, now)
    pair = Pair(base, now, gates, names)
    lines = [*_whole(pair), *(line for place in pair.places for line in _at_place(pair, place))]
    if not lines:
        raise UsageError(
            "the load runs have nothing in common that is gated: the same --rate or --stage, a --sweep each,"
            " or the same --slo to search by"
        )
    notices = tuple(dict.fromkeys([*load_notices(base), *load_notices(now), *pair.notices]))
    broken = next((one.text for one in notices if one.invalid), "")
    if broken or pair.unlike:
        word: Word = "INVALID" if broken else "NOT JUDGED"
        lines = [one.judged(word, broken or pair.unlike) for one in lines]
    return Judgement(_decided(lines), PAIRED if pair.paired else RULE, notices, pair.unmatched)


def _require_alike(base: LoadRun, now: LoadRun) -> None:
    """Raise `UsageError` unless both runs sent the same, and have a round."""
    then, after = base.header.plan, now.header.plan
    for what, one, other in (
        ("what is sent", then.workload, after.workload),
        ("the replies that are waited for", then.server.access.reply, after.server.access.reply),
        ("arrivals", then.arrivals, after.arrivals),
        ("bursts", then.burst, after.burst),
    ):
        if one != other:
            raise UsageError(
                f"the load runs can't be compared, for they differ in {what}: {one}, then {other}"
            )
    if not (base.rounds and now.rounds):
        raise UsageError("a load run without a finished round can't be compared")


def _whole(pair: Pair) -> Iterator[Line]:
    """Yield the lines about a whole run: its capacity, if both searched for the same, and its ceiling."""
    plans = pair.base.header.plan, pair.now.header.plan
    if {plan.mode for plan in plans} == {"slo"} and plans[0].kept == plans[1].kept:
        yield from _capacity(pair, plans[0].kept)
    sides = [[one.ceiling for one in run.rounds] for run in (pair.base, pair.now)]
    if all(all(side) for side in sides):  # a search tries it in its first round only
        fault = _fault(pair, Place(0))
        for line in pair.line("as fast as it goes", "ceiling", *sides):
            yield line.judged("NOT JUDGED", fault) if fault else line


def _capacity(pair: Pair, kept: str) -> Iterator[Line]:
    """Yield the line about the capacity; where it was lost altogether there is no number for it."""
    then, after = ([one.capacity for one in run.rounds] for run in (pair.base, pair.now))
    for line in pair.line(f"keeping {kept}", "capacity", then, after):
        if any(then) and not any(after):
            yield line.judged("REGRESSED", f"{kept} does not hold even at {FLOOR:g} msg/s any more")
        elif any(after) and not any(then):
            yield line.judged("IMPROVED", f"{kept} did not hold even at {FLOOR:g} msg/s before")
        else:
            yield line


def _fault(pair: Pair, place: Place) -> str:
    """Return why the steps at a rate can't be believed, and in which run; "" where they can."""
    for name, run in (("before", pair.base), ("after", pair.now)):
        steps = place.steps(run)
        if len(steps) < len(run.rounds):
            return f"{name}: not every round tried it"
        if fault := fault_of(steps, len(run.rounds)):
            return f"{name}: {fault}"
    return ""


def _at_place(pair: Pair, place: Place) -> Iterator[Line]:
    """Yield the lines of one place: response times where the server kept up, else what it did answer."""
    then, after = (place.steps(run) for run in (pair.base, pair.now))
    where, fault = place.where, _fault(pair, place)
    if not fault and any(step.missed for step in (*then, *after)):
        yield from _kept_up(pair, where, then, after)
        return
    for metric in AGREED:
        name = metric.removeprefix("response_")
        sides = [[step.response_ns.get(name) for step in steps] for steps in (then, after)]
        if not any(any(side) for side in sides):  # too few messages for it, in both
            continue
        problem = fault or _late(name, then, after)
        for line in pair.line(where, metric, *sides):
            yield line.judged("NOT JUDGED", problem) if problem else line


def _late(name: str, then: Sequence[Step], after: Sequence[Step]) -> str:
    """Return that a client was late for a quantile, though what was judged then could bear it; "" where none.

    A run with thresholds bears lateness that does not decide them: between two runs it would.
    """
    for side, steps in (("before", then), ("after", after)):
        late = [
            step
            for step in steps
            if step.lateness_ns.get(name, 0) > max(LATE * step.response_ns.get(name, 0), SEND_NS)
        ]
        if late:
            often = f"in {len(late)} of {len(steps)} rounds"
            return f"{side}: {often} the client was late, by over {LATE:.0%} of the {name} of the responses"
    return ""


def _kept_up(pair: Pair, where: str, then: Sequence[Step], after: Sequence[Step]) -> Iterator[Line]:
    """Yield the line about a rate that was missed: the server fell behind, or no longer does, or still does.

    A round more or less that was missed decides nothing.
    """
    before, now = (sum(bool(step.missed) for step in steps) / len(steps) for steps in (then, after))
    sides = ([step.achieved for step in steps] for steps in (then, after))
    for line in pair.line(where, "achieved", *sides):
        if not before and now > 0.5:
            yield line.judged("REGRESSED", f"it does not keep up any more: {missed_of(after, len(after))}")
        elif not now and before > 0.5:
            yield line.judged("IMPROVED", f"it keeps up now; before {missed_of(then, len(then))}")
        elif min(before, now) == 1:
            yield line
        else:
            missed = missed_of(then, len(then)) or missed_of(after, len(after))
            yield line.judged("INCONCLUSIVE", f"it kept up in some rounds only: {missed}")


def _decided(lines: Sequence[Line]) -> tuple[Verdict, ...]:
    """Decide all lines that are open, as one family; every line with rounds gets its change."""
    harms = [(line, line.harm) for line in lines]
    family = [(line, harm) for line, harm in harms if harm and not line.verdict.verdict]
    decisions = iter(decide([evidence_of(line.verdict, harm, ()) for line, harm in family], ALPHA))
    found = []
    for line, harm in harms:
        one = with_change(line.verdict, harm.estimate()) if harm else line.verdict
        if harm and not one.verdict:
            word = next(decisions).word
            wide = word == "INCONCLUSIVE" and harm.n >= MIN_ROUNDS
            reason = TOO_WIDE.format(name=metric_title(one.metric)) if wide else ""
            one = msgspec.structs.replace(one, verdict=word, reason=reason)
        found.append(one)
    return tuple(found)
