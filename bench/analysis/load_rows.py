"""The rows of a load run: what the server did at each rate, with intervals over rounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence

import msgspec

from ..facts.load_steps import errors_of, fault_of, late_of, missed_of, steps_at, steps_of
from ..plan.load import LoadPlan
from ..plan.stages import RateStage, stage_name
from ..records.load import LoadRound, LoadRun, Step
from ..records.rates.lateness import MAIN, MEDIAN, withheld
from ..records.rates.missed import in_words
from ..stats.estimate import Estimate, estimate_log, trimmed
from ..stats.histogram import decode, quantiles_of


class LoadRow(msgspec.Struct, frozen=True):
    """What the server did at one rate in msg/s, 0 for as fast as it goes; `share` is that of the ceiling.

    `fault` says why it can't be believed, `missed` that the server did not keep up, both of the worst round
    and "" where all was well. There are estimates only where every round has a step without fault. `held`
    says of a single step whether the limit held at it, None without one. `steps` are those it is about, one
    per round. `late` says that the client was late, and `withheld` names the quantiles of the response time,
    and `mean`, that are not the server's for it: there are no estimates of them.
    Of a profile it is about the `stage` of that number, from 0, in which `asked` was asked for.
    """

    rate: float
    share: float | None = None
    estimates: dict[str, Estimate] = {}
    fault: str = ""
    missed: str = ""
    held: bool | None = None
    steps: tuple[Step, ...] = ()
    late: str = ""
    withheld: tuple[str, ...] = ()
    stage: int | None = None
    asked: RateStage | None = None

    @property
    def named(self) -> str:
        """What its stage is called, "" without one."""
        return stage_name(self.stage)

    @property
    def staged(self) -> str:
        """The stage as it was typed, behind its number: `2: 30s:0-2000@100`; "" without one."""
        return f"{(self.stage or 0) + 1}: {self.asked}" if self.asked else ""

    @property
    def where(self) -> str:
        """Where it was measured: `at 2,000 msg/s`, `in stage 2 (0–2,000 msg/s)`, `as fast as it goes`."""
        if self.asked:
            return f"in {stage_name(self.stage)} ({self.asked.rates} msg/s)"
        if not self.rate:
            return "as fast as it goes"
        return f"at {self.share:.0%} of the ceiling" if self.share else f"at {in_words(self.rate)} msg/s"

    @property
    def rounds(self) -> dict[str, tuple[float, ...]]:
        """The values, one per round, that estimates are of: those of metrics that vary by factors."""
        return {name: tuple(values) for name, values in _round_values(self.steps).items()}

    @property
    def is_void(self) -> bool:
        """Whether nothing can be said of how the server did: a fault, or not even the median is its own."""
        return bool(self.fault) or (MEDIAN in self.withheld and not self.missed)


def _rows(plan: LoadPlan, rounds: Sequence[LoadRound]) -> Iterable[LoadRow]:
    if not rounds:
        return
    if plan.mode == "slo":
        nearest = [max(held, key=lambda step: step.rate) for held in map(_held, rounds) if held]
        if nearest:
            rate = math.exp(statistics.fmean(math.log(step.rate) for step in nearest))
            yield _row(rate, None, nearest, len(rounds))
    elif plan.stages:
        for place in range(len(plan.stages)):
            yield _of_stage(plan, place, steps_of(rounds, place), len(rounds))
    else:
        first = next((one.ceiling for one in rounds if one.ceiling), None)
        for rate in sorted({step.rate for one in rounds for step in one.steps if step.rate}):
            yield _row(rate, _share(plan, rate, first), steps_at(rounds, rate), len(rounds))
    fastest = steps_at(rounds, 0)
    if len(fastest) == len(rounds):  # a search tries it only to begin somewhere
        yield _row(0, None, fastest, len(rounds))


def unfinished_rows(run: LoadRun) -> Iterable[LoadRow]:
    """Yield a row for each step of a round that never ended, in the order they were taken."""
    found = [one.ceiling for one in run.rounds]
    found += [one.achieved for one in run.unfinished[::-1] if not one.rate]
    first = next(filter(None, found), None)
    for step in run.unfinished:
        row = _row(step.rate, _share(run.header.plan, step.rate, first), [step], 1)
        if step.stage is not None:
            row = _of_stage(run.header.plan, step.stage, [step], 1)
        yield msgspec.structs.replace(row, held=step.holds if step.rate else None)


def _of_stage(plan: LoadPlan, stage: int, steps: Sequence[Step], rounds: int) -> LoadRow:
    asked = plan.stages[stage]
    return msgspec.structs.replace(_row(asked.rate, None, steps, rounds), stage=stage, asked=asked)


def _share(plan: LoadPlan, rate: float, first: float | None) -> float | None:
    """Return which share of the ceiling a rate of a sweep was planned to be: of that of the first round."""
    whole = plan.ceiling or first
    if not (plan.mode == "sweep" and plan.rates and whole and rate):
        return None
    return min(plan.rates, key=lambda planned: abs(planned - rate / whole))


def _held(one: LoadRound) -> list[Step]:
    """Return a round's steps at which the limit held, none without a capacity."""
    return [step for step in one.steps if step.rate and step.holds and step.rate <= (one.capacity or 0)]


def _row(rate: float, share: float | None, steps: Sequence[Step], rounds: int) -> LoadRow:
    fault = fault_of(steps, rounds)
    late = withheld(steps)
    return LoadRow(
        rate=rate,
        share=share,
        estimates={} if fault or len(steps) < rounds else _estimates(steps),
        fault=fault,
        missed=missed_of(steps, rounds),
        steps=tuple(steps),
        late=late_of(steps, rounds),
        withheld=late,
    )


_QUANTILES: dict[str, Callable[[Step], dict[str, float]]] = {
    "response": lambda step: step.response_ns,
    "service": lambda step: step.service_ns,
    "lateness": lambda step: step.lateness_ns,
}


_SHOWN = {
    "response": {name: name for name in ("p50", "p90", "p95", "p99", "p99.9")} | {"max": "p100"},
    "service": {name: name for name in ("p50", "p99", "p99.9")},
    "lateness": {"p99": "p99"},
}
"""The quantiles of a step that are shown, by what they are called."""


def _estimates(steps: Sequence[Step]) -> dict[str, Estimate]:
    """Return every metric that each round has."""
    found = {name: estimate_log(rounds) for name, rounds in _round_values(steps).items()}
    if all(step.recoveries_ns for step in steps) and MAIN not in withheld(steps):
        found["recovery"] = _of_some([statistics.median(step.recoveries_ns) for step in steps])
    if all(step.rate and step.scheduled for step in steps):
        found["errors"] = _of_some([sum(errors_of([one]).values()) / one.scheduled for one in steps])
    if any(step.reconnects for step in steps):
        found["reconnects"] = _of_some([step.reconnects for step in steps])
    return found


def _round_values(steps: Sequence[Step]) -> dict[str, list[float]]:
    """Return the value of each round, of every metric that varies by factors and that all rounds have."""
    connects = [quantiles_of(decode(one.connect)) if one.connect else {} for one in steps]
    values: dict[str, list[float | None]] = {
        "achieved": [step.achieved for step in steps],
        **{
            f"{kind}_{said}": [_QUANTILES[kind](step).get(name) for step in steps]
            for kind, names in _SHOWN.items()
            for said, name in names.items()
        },
        "response_mean": [step.response_mean_ns for step in steps],
        "server_cpu": [step.server_cpu_ns for step in steps],
        **{f"connect_{name}": [one.get(name) for one in connects] for name in ("p50", "p99")},
        "sent_bytes": [step.sent_bytes for step in steps],
        "received_bytes": [step.received_bytes for step in steps],
    }
    late = {f"response_{name}" for name in withheld(steps)}
    return {name: known for name, rounds in values.items() if name not in late and (known := _known(rounds))}


def _known(rounds: Sequence[float | None]) -> list[float]:
    """Return the values of all rounds, none where a round has none."""
    values = [value for value in rounds if value]
    return values if len(values) == len(rounds) else []


def _log_of(rounds: Sequence[float | None]) -> Estimate | None:
    values = _known(rounds)
    return estimate_log(values) if values else None


def _of_some(rounds: Sequence[float]) -> Estimate:
    """Estimate numbers of which some may be 0, so without a logarithm."""
    found = trimmed(rounds).estimate()
    return msgspec.structs.replace(found, low=max(0.0, found.low))
