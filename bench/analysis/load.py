"""What a load run says: a row for each rate, the capacity, the ceiling and the knee, and a headline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from ..facts.conditions import all_awake, variables_of
from ..facts.load_notices import load_notices, of_unfinished
from ..facts.load_steps import steps_at
from ..facts.network import network_of
from ..facts.notices import Notice
from ..facts.provenance import WAITS
from ..plan.load import LoadPlan
from ..records.common import Environment, Handshake, Proof, Status
from ..records.load import LoadRound, LoadRun, Step
from ..records.rates.lateness import MEAN
from ..stats.capacity import knee as knee_of
from ..stats.estimate import Estimate, estimate_log
from ..verdicts.thresholds import Judged, Outcome, gravest_outcome, judge_thresholds
from .load_answer import Whole, answer
from .load_rows import LoadRow, _log_of, _rows, unfinished_rows

LEAST_RATES = 3
"""A knee needs a rate on either side of it."""


class LoadAnalysis(msgspec.Struct, frozen=True):
    """Everything the renderers show; `capacity`, `ceiling`, `knee` in msg/s, None where not asked or found.

    Rows are in rising order of rates, the one as fast as it goes the last where all rounds tried it. With a
    limit there is only one other, of each round's step at the highest rate under its capacity. `unfinished`
    has a row for each step of a round that never ended, in the order they were taken: nothing else has them.
    """

    label: str
    started: str
    plan: LoadPlan
    environment: Environment
    rounds: int
    status: Status | Literal["cut off"]
    server: Proof
    handshake: Handshake
    rows: tuple[LoadRow, ...]
    capacity: Estimate | None
    ceiling: Estimate | None
    knee: Estimate | None
    notices: tuple[Notice, ...]
    headline: str = ""
    awake: bool = False
    thresholds: tuple[Judged, ...] = ()
    unfinished: tuple[LoadRow, ...] = ()

    @property
    def invalid(self) -> bool:
        """Whether the question asked has no answer, whatever thresholds it was asked with."""
        if not self.rounds or any(notice.invalid for notice in self.notices):
            return True
        if self.plan.mode == "slo":
            return self.capacity is None
        if self.plan.mode == "sweep":
            return any(row.is_void for row in self.rows if row.share is None or row.share < 1)
        return any(row.is_void or row.missed for row in self.rows)

    @property
    def outcome(self) -> Outcome:
        """Return what becomes of the run: what was missed comes first, then what has no answer."""
        word = gravest_outcome(self.thresholds)
        if word == "missed" or (self.thresholds and self.plan.mode in {"rate", "stages"}):
            return word
        return "not judged" if self.invalid else word


def analyse_load(run: LoadRun) -> LoadAnalysis:
    """Turn a stored load run into what it says."""
    plan, rounds = run.header.plan, run.rounds
    found = LoadAnalysis(
        label=run.header.label,
        started=run.header.started,
        plan=plan,
        environment=run.header.environment,
        awake=all_awake(run),
        rounds=len(rounds),
        status=run.closing.status if run.closing else "cut off",
        server=rounds[0].server if rounds else Proof("", "", ""),
        handshake=rounds[0].handshake if rounds else Handshake(),
        rows=tuple(_rows(plan, rounds)),
        capacity=_log_of([one.capacity for one in rounds]),
        ceiling=_ceiling(rounds),
        knee=_knee(rounds) if plan.mode in {"rate", "sweep"} else None,
        notices=(*load_notices(run), *of_unfinished(run)),
        thresholds=judge_thresholds(run),
        unfinished=tuple(unfinished_rows(run)),
    )
    whole = Whole(found.capacity, found.ceiling, found.knee)
    said = answer(plan, rounds, found.rows, whole, found.notices, found.status)
    return msgspec.structs.replace(found, headline=f"{said}.")


def _ceiling(rounds: Sequence[LoadRound]) -> Estimate | None:
    """Return what was answered as fast as it goes, over the rounds that tried: a sweep may try only once."""
    if any(step.fault for step in steps_at(rounds, 0)):
        return None
    return _log_of([one.ceiling for one in rounds if one.ceiling is not None])


def _knee(rounds: Sequence[LoadRound]) -> Estimate | None:
    """Return where the power is greatest; it may lie anywhere up to the rates tried on either side of it."""
    last = [{step.rate: step for step in one.steps if step.rate}.values() for one in rounds]  # if held again
    tried = [[step for step in steps if not step.fault] for steps in last]
    kept = [[step for step in steps if not step.missed and _has_mean(step)] for steps in tried]
    if not all(kept) or min(map(len, tried), default=0) < LEAST_RATES:
        return None
    knees = [knee_of([s.rate for s in steps], [s.response_mean_ns for s in steps]) for steps in kept]
    over, rates = estimate_log(knees), [step.rate for steps in tried for step in steps]
    below = max((rate for rate in rates if rate < min(knees)), default=0.0)
    above = min((rate for rate in rates if rate > max(knees)), default=math.inf)
    return msgspec.structs.replace(over, low=min(over.low, below), high=max(over.high, above))


def _has_mean(step: Step) -> bool:
    """Whether a step has a mean response time that is the server's."""
    return bool(step.response_mean_ns) and MEAN not in step.touched


def load_conditions(analysis: LoadAnalysis) -> list[str]:
    """Return what was the same for all rates and changes what the numbers mean."""
    plan, server = analysis.plan, analysis.server
    found = [
        f"{plan.server.label} {server.version}" if server.version else "",
        server.python,
        ("equal settings" if plan.equal else "settings as shipped") if plan.server.started_by_us else "",
        "cores kept awake" if analysis.awake else "cores left to sleep",
        *variables_of(analysis.environment),
        WAITS[plan.client_wait] if plan.client_wait else "",
        f"{plan.arrivals} arrivals",
        f"stages {' '.join(map(str, plan.stages))}"
        if plan.stages
        else f"steps of {plan.duration_s:g} s after {plan.ramp_s:g} s of ramp",
        analysis.handshake.tls,
        *network_of(plan.network, analysis.environment),
        f"seed {plan.seed}",
    ]
    return [one for one in found if one]
