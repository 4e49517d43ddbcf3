"""What a load run was asked to keep: each threshold at each rate, met or missed, and how sure that is.

A threshold is judged by the 95 % interval over rounds: met where all of it lies on the good side, missed
where all of it lies on the bad one. With too few rounds for an interval, all of them must be on one side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ..facts.load_notices import load_notices
from ..facts.load_steps import fault_of, late_of, missed_of, steps_at, steps_of
from ..plan.load import LoadPlan
from ..plan.stages import is_judged_in
from ..plan.thresholds import Threshold
from ..records.load import LoadRound, LoadRun, Step
from ..records.rates.lateness import SENT_LATE, withheld
from ..records.rates.missed import KEPT_UP
from ..stats.capacity import FLOOR
from ..stats.estimate import MIN_ROUNDS, Estimate, estimate_log, trimmed
from ..stats.histogram import bin_end, decode, quantile_of

Outcome = Literal["missed", "not judged", "can't tell", "met"]
OUTCOMES: tuple[Outcome, ...] = ("missed", "not judged", "can't tell", "met")
"""The gravest first."""

UNSEEN = 3.0
"""Where none of n messages was lost, fewer than 3 / n are, 95 % sure (the rule of three)."""

ROUNDING = 1e-9
"""What a logarithm and back may cost a number that is just what was asked for."""

KEPT = Threshold("achieved", KEPT_UP, relative=True)
ANSWERED = Threshold("errors", 0.0)
"""What every rate that is judged has to keep, whoever asks: the server keeps up, and answers all."""


class Judged(msgspec.Struct, frozen=True):
    """A threshold at a `rate` in msg/s, None where it is about the whole run, and what was measured.

    `reason` says why it was missed without a number, or why it can't be judged. Of a profile it is about one
    `stage`, from 0, whose mean rate `rate` is.
    """

    threshold: Threshold
    rate: float | None
    outcome: Outcome
    measured: Estimate | None = None
    reason: str = ""
    stage: int | None = None


def judge_thresholds(run: LoadRun) -> tuple[Judged, ...]:
    """Return the thresholds of a run by rate, as its plan has them; none without a finished round."""
    plan, rounds = run.header.plan, run.rounds
    asked: list[tuple[Threshold, float | None]] = []
    if plan.mode == "rate":
        asked = [(one, rate) for rate in plan.rates for one in plan.thresholds]
    elif plan.stages:
        asked = [(one, stage.rate) for stage in plan.stages for one in plan.thresholds]
    elif plan.mode == "slo":
        asked = [(one, None) for one in plan.thresholds if one.metric == "capacity"]
    if not asked or not rounds:
        return ()
    broken = next((notice.text for notice in load_notices(run) if notice.invalid), "")
    if broken:
        return tuple(Judged(one, rate, "not judged", reason=broken) for one, rate in asked)
    if plan.mode == "slo":
        return tuple(_capacity(one, [each.capacity for each in rounds], plan.kept) for one, _ in asked)
    return tuple(judged for place in _places(plan) for judged in _at_place(plan, place, rounds))


def _places(plan: LoadPlan) -> Sequence[float]:
    """Return where thresholds are judged: at each rate, or in each stage, by its number."""
    return range(len(plan.stages)) if plan.stages else plan.rates


def _at_place(plan: LoadPlan, place: float, rounds: Sequence[LoadRound]) -> list[Judged]:
    """Return the thresholds at a rate, or those of a stage that has messages enough for them."""
    if not plan.stages:
        return _at_rate(plan, place, steps_at(rounds, place), len(rounds))
    number = int(place)
    stage, steps = plan.stages[number], steps_of(rounds, number)
    own = tuple(one for one in plan.thresholds if is_judged_in(one, stage))
    plan = msgspec.structs.replace(plan, thresholds=own)
    found = _at_rate(plan, stage.rate, steps, len(rounds)) if plan.thresholds else []
    return [msgspec.structs.replace(one, stage=number) for one in found]


def gravest_outcome(judged: Sequence[Judged]) -> Outcome:
    """Return the gravest outcome; `met` where nothing was asked."""
    return min((one.outcome for one in judged), key=OUTCOMES.index, default="met")


def _capacity(threshold: Threshold, capacities: Sequence[float | None], kept: str) -> Judged:
    found = [one for one in capacities if one]
    if not found:
        return Judged(threshold, None, "missed", reason=f"{kept} does not hold even at {FLOOR:g} msg/s")
    if short := len(capacities) - len(found):
        without = f"{kept} does not hold at any rate in {short} of {len(capacities)} rounds"
        return Judged(threshold, None, "can't tell", reason=without)
    return _by_rounds(threshold, found)


def _at_rate(plan: LoadPlan, rate: float, steps: Sequence[Step], rounds: int) -> list[Judged]:
    """Return the thresholds at one rate, and what every rate has to keep where that is missed."""
    fault = fault_of(steps, rounds) if len(steps) == rounds else "not every round tried it"
    offered = rate + plan.burst
    if fault:
        believed = len(steps) == rounds and not any(step.missed for step in steps)
        return [_despite(fault, one, steps if believed else (), rate, offered) for one in plan.thresholds]
    behind = [step for step in steps if step.missed and step.achieved < KEPT_UP * offered]
    why = missed_of(behind, rounds)
    found = [_unless_late(_judged(one, steps, offered, why), steps) for one in plan.thresholds]
    asked = {one.metric for one in plan.thresholds}
    if behind and "achieved" not in asked:
        found.append(_missed(KEPT, steps, offered, why))
    lossy = [step for step in steps if step.missed and step not in behind and "errors" not in asked]
    if lossy:
        found.append(_missed(ANSWERED, steps, offered, missed_of(lossy, rounds)))
    return [msgspec.structs.replace(one, rate=rate) for one in found]


def _despite(fault: str, threshold: Threshold, steps: Sequence[Step], rate: float, offered: float) -> Judged:
    """Return a threshold at a rate whose steps have a fault: met where that is lateness, as in old files."""
    late = bool(steps) and all(step.fault.startswith(SENT_LATE) or not step.fault for step in steps)
    if late and (found := _judged(threshold, steps, offered, "")).outcome == "met":
        return msgspec.structs.replace(found, rate=rate)
    return Judged(threshold, rate, "not judged", reason=fault)


def _unless_late(judged: Judged, steps: Sequence[Step]) -> Judged:
    """Return what came of a threshold; not judged where the client's lateness may be what missed it."""
    one = judged.threshold
    if judged.outcome != "met" and judged.measured and one.is_time and one.name in withheld(steps):
        return Judged(one, None, "not judged", reason=late_of(steps, len(steps)))
    return judged


def _judged(threshold: Threshold, steps: Sequence[Step], offered: float, behind: str) -> Judged:
    """Return a threshold at a rate; a server that falls behind has no response time: it grows and grows."""
    if threshold.is_time and behind:
        return Judged(threshold, None, "missed", reason=f"the server did not keep up: {behind}")
    if threshold.metric == "errors":
        return _errors(threshold, steps)
    values = [_value(threshold, step, offered) for step in steps]
    known = [value for value in values if value]
    if len(known) < len(values):
        return Judged(threshold, None, "not judged", reason="not every round has messages enough")
    return _by_rounds(threshold, known)


def _missed(threshold: Threshold, steps: Sequence[Step], offered: float, why: str) -> Judged:
    return msgspec.structs.replace(_judged(threshold, steps, offered, ""), outcome="missed", reason=why)


def _value(threshold: Threshold, step: Step, offered: float) -> float | None:
    """Return what a step measured, in the unit of the threshold; None where it has no such number."""
    if threshold.metric == "achieved":
        return step.achieved / offered if threshold.relative else step.achieved
    if threshold.quantile is None:
        return step.response_mean_ns
    whole = step.response
    return quantile_of(decode(whole), threshold.quantile) if whole else step.response_ns.get(threshold.name)


def _errors(threshold: Threshold, steps: Sequence[Step]) -> Judged:
    """Judge the share of messages that got no reply; nothing is trimmed, for an error is one in any round."""
    lost, due = sum(step.unanswered for step in steps), sum(step.scheduled for step in steps)
    shares = [step.unanswered / step.scheduled for step in steps if step.scheduled]
    if not due:
        return Judged(threshold, None, "not judged", reason="no message was due")
    mean, unseen = lost / due, UNSEEN / due
    spread = trimmed(shares, trim=0.0).estimate()
    low, high = min(max(0.0, spread.low), mean), max(spread.high, unseen, mean)
    measured = Estimate(mean, low, high, len(shares))
    if not threshold.value:
        return Judged(threshold, None, "missed" if lost else "met", measured)
    ends = (low, high) if len(shares) >= MIN_ROUNDS else (min(shares), max(*shares, unseen))
    return Judged(threshold, None, _outcome(threshold, *ends), measured)


def _by_rounds(threshold: Threshold, values: Sequence[float]) -> Judged:
    """Judge by the interval, or where the rounds are too few for one by all of them."""
    found = estimate_log(values)
    low, high = (found.low, found.high) if found.n >= MIN_ROUNDS else (min(values), max(values))
    return Judged(threshold, None, _outcome(threshold, low, high), found)


def _outcome(threshold: Threshold, low: float, high: float) -> Outcome:
    """Return on which side of a threshold an interval lies; times are held to their histogram's bins."""
    bound = bin_end(threshold.value) if threshold.is_time else threshold.value
    if threshold.least:
        bound *= 1 - ROUNDING
        return "met" if low >= bound else "missed" if high < bound else "can't tell"
    bound *= 1 + ROUNDING
    return "met" if high <= bound else "missed" if low > bound else "can't tell"
