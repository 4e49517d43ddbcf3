"""The answer of a load run in one sentence, with how sure it is in per cent; and why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from ..facts.notices import Notice
from ..plan.load import LoadPlan
from ..records.load import LoadRound
from ..records.rates.missed import in_words
from ..stats.capacity import FLOOR
from ..stats.estimate import MIN_ROUNDS, Estimate
from .load_rows import LoadRow
from .load_stages import kept_up_in

SAID = ("p50", "p99")
"""The quantiles of the response time that are told of the highest rate that was kept up with."""


class Whole(msgspec.Struct, frozen=True):
    """What a load run found over all rates, in msg/s; None where that was not asked or not found."""

    capacity: Estimate | None
    ceiling: Estimate | None
    knee: Estimate | None


def answer(
    plan: LoadPlan,
    rounds: Sequence[LoadRound],
    rows: Sequence[LoadRow],
    whole: Whole,
    notices: Sequence[Notice],
    status: str,
) -> str:
    """Return the answer to the question asked, or why there is none, without a full stop."""
    name = plan.server.label
    obstacle = next((notice.text for notice in notices if notice.invalid), "")
    if not rounds:
        why = obstacle or f"it was {status}"
        return f"no round of {name} was finished: {why}"
    if obstacle and plan.mode != "slo":
        return f"what {name} does can't be told: {obstacle}"
    each = {"rate": _at_rates, "stages": _in_stages, "sweep": _swept, "slo": _searched}
    said = each[plan.mode](plan, rows, whole, obstacle)
    if plan.mode == "slo" and not whole.capacity and not obstacle:
        said = f"{said} in {sum(one.capacity is None for one in rounds)} of {len(rounds)} rounds"
    few = len(rounds) < MIN_ROUNDS and not obstacle
    return f"{said}; without an interval, for that takes {MIN_ROUNDS} rounds" if few else said


def _searched(plan: LoadPlan, _rows: Sequence[LoadRow], whole: Whole, obstacle: str) -> str:
    name, limit = plan.server.label, plan.kept.replace(" = ", " ≤ ")
    if obstacle:
        return f"how much {name} carries with {limit} can't be told: {obstacle}"
    if whole.capacity:
        return f"{name} carries {in_words(whole.capacity.value)} msg/s with {limit}{about(whole.capacity)}"
    return f"{name} does not hold {limit} even at {FLOOR:g} msg/s"


def _swept(plan: LoadPlan, rows: Sequence[LoadRow], whole: Whole, _obstacle: str) -> str:
    most = "an unknown number of messages at most"
    if whole.ceiling:
        most = f"{in_words(whole.ceiling.value)} msg/s at most{about(whole.ceiling)}"
    bent = [f"its knee is at {_knee(whole.knee)}"] if whole.knee else []
    void = [row for row in rows if row.is_void and (row.share is None or row.share < 1)]
    does = "reads" if plan.workload.one_way else "answers"
    return "; ".join([f"{plan.server.label} {does} {most}", *bent, *_void(void)])


def _knee(knee: Estimate) -> str:
    if math.isinf(knee.high):
        return f"{in_words(knee.value)} msg/s or more"
    return f"{in_words(knee.value)} msg/s, somewhere from {in_words(knee.low)} to {in_words(knee.high)}"


def _at_rates(plan: LoadPlan, rows: Sequence[LoadRow], _whole: Whole, _obstacle: str) -> str:
    """Say with which rates a server kept up, its times at the highest, and what was wrong with others."""
    held = [row for row in rows if row.rate]
    kept = [row for row in held if not row.is_void and not row.missed]
    missed = [row for row in held if row.missed and not row.is_void]
    parts = []
    if kept:
        parts.append(f"keeps up with {_listed(kept)}{_times(kept)}")
    if missed:
        parts.append(f"does not keep up with {_listed(missed)}: {missed[0].missed}")
    void = _void([row for row in held if row.is_void])
    return f"{plan.server.label} {'; '.join([*parts, *void])}"


def _in_stages(plan: LoadPlan, rows: Sequence[LoadRow], _whole: Whole, _obstacle: str) -> str:
    """Say in which stages a server kept up, and why not in the first of the others."""
    wrong = next((row for row in rows if row.is_void or row.missed), None)
    why = f": {wrong.fault or wrong.missed or wrong.late}" if wrong else ""
    return f"{kept_up_in(plan.server.label, rows)}{why}"


def _void(rows: Sequence[LoadRow]) -> list[str]:
    """Say at which rates nothing can be said, and why at the first of them; nothing where all is well."""
    return [f"can't be judged at {_listed(rows)}: {rows[0].fault or rows[0].late}"] if rows else []


def _times(rows: Sequence[LoadRow]) -> str:
    row = max(rows, key=lambda one: one.rate)
    found = [
        f"{name} {in_time(one.value)}{about(one, before=' ')}"
        for name in SAID
        if (one := row.estimates.get(f"response_{name}"))
    ]
    where = f"; at {in_words(row.rate)}: " if len(rows) > 1 else ": "
    return f"{where}{', '.join(found)}" if found else ""


def _listed(rows: Sequence[LoadRow]) -> str:
    """Return rates in words: `1,000, 2,000 and 4,000 msg/s`, or `as fast as it goes`."""
    *most, last = [in_words(row.rate) if row.rate else "full speed" for row in rows]
    return f"{', '.join(most)}{' and ' if most else ''}{last}{' msg/s' if rows[-1].rate else ''}"


def in_time(ns: float) -> str:
    """Return a time with about three digits: `59.6 µs`, `1.23 ms`, `1,234 ms`."""
    value, unit = (ns / 1e6, "ms") if ns >= 1e6 else (ns / 1e3, "µs")
    return f"{value:,.0f} {unit}" if value >= 99.95 else f"{value:.3g} {unit}"


def about(estimate: Estimate, before: str = ", ") -> str:
    """Return `, ±2 %`: the longer half of an interval, rounded up; "" where there is none."""
    half = max(estimate.high - estimate.value, estimate.value - estimate.low)
    if not (estimate.value and math.isfinite(half)):
        return ""
    share = 100 * half / estimate.value
    digits = 0 if share > 0.9 else 1
    least = max(1, math.ceil(round(share * 10**digits, 6))) / 10**digits
    return f"{before}±{least:.{digits}f} %"
