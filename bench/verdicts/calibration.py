"""How noisy a machine is: a server against its copy. Effects are ln(copy / base), of times and of rates."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

import msgspec

from ..demand.workload import Workload
from ..facts import cell_values
from ..facts.cell_values import Records
from ..facts.conditions import fingerprint
from ..facts.facts import Facts
from ..facts.notices import Notice
from ..facts.validity import beyond
from ..plan.metrics import gateable, is_gated
from ..plan.run import Plan
from ..plan.turns import base_first
from ..records.run import Run
from ..stats.decision import se_of
from ..stats.estimate import MIN_ROUNDS, Estimate, trimmed
from ..stats.power import autocorrelation, recommended_margin, smallest_change, turn_effect

OVERHEAD_S = 2.0
"""Seconds before the first round: starting up, and trying the contract on four servers, about 0.5 s each."""
TIMES_S = (30, 60, 120)
"""For so many seconds it is said what can be found in them."""


class Reach(msgspec.Struct, frozen=True):
    """What a stretch of time finds: `rounds` fit into `seconds`.

    `change` is a share (0.02: 2 %): so far past its margin a change must lie to be REGRESSED, or past 0 to
    be IMPROVED, with about 80 % chance, as the only gated line of its run. None where under four rounds fit.
    """

    seconds: int
    rounds: int
    change: float | None


class Noise(msgspec.Struct, frozen=True):
    """The noise of one metric of one cell, from ln(copy / base) of each round; no unit.

    `sd` is the standard deviation between rounds, `spread` that of the winsorised rounds, which the trimmed
    mean's error follows from. `bias` is the centre, which should be 0. `position` is the mean of ln(first
    turn / second turn) of the same block, None where too few rounds had both orders. Rounds are not
    independent where `autocorrelation` (lag 1) is past `bound` on either side. `margin` is a share: with it,
    this line of unchanged code passes in 95 % of runs of 16 rounds, as NO REGRESSION or, by chance, IMPROVED.
    """

    client: str
    workload: Workload
    metric: str
    rounds: int
    sd: float
    spread: float
    bias: Estimate
    position: Estimate | None
    autocorrelation: float
    bound: float
    reaches: tuple[Reach, ...]
    margin: float

    @property
    def name(self) -> str:
        """Read like `rtt_p50 by wire, 64 B text, 1 connection, depth 1`."""
        return f"{self.metric} by {self.client}, {self.workload}"


class Calibration(msgspec.Struct, frozen=True):
    """The noise of every line that is gated by default; `seconds_per_round` is a mean, 0 without a round."""

    seconds_per_round: float
    overhead_s: float
    lines: tuple[Noise, ...]
    notices: tuple[Notice, ...] = ()


def calibrate(run: Run, overhead_s: float = OVERHEAD_S) -> Calibration:
    """Return what a run of a server against its own copy says about the machine.

    A line of which nothing can be said, for want of rounds or values, is a notice instead. Raises
    `ValueError` where the run does not compare exactly one pair, or has other turns than its plan.
    """
    facts, comparison = Facts(run), run.header.plan.comparison
    if comparison is None or len(comparison.pairs) != 1:
        raise ValueError("a calibration compares exactly one pair: a server and its copy")
    seconds = statistics.fmean(one.seconds for one in run.rounds) if run.rounds else 0.0
    found = list(_lines(facts, *comparison.pairs[0], seconds, overhead_s))
    lines = tuple(one for one in found if isinstance(one, Noise))
    missing = [one for one in found if isinstance(one, Notice)]
    warnings = [notice for line in lines for notice in warnings_of(line)]
    return Calibration(seconds, overhead_s, lines, (*missing, *warnings, *facts.notices))


def _lines(facts: Facts, base: str, copy: str, seconds: float, overhead_s: float) -> Iterator[Noise | Notice]:
    """Yield the noise of every metric that is gated by default, or why there is none."""
    for second, cell in enumerate(facts.cells):
        if cell.server != copy:
            continue
        pair = facts.cell_of(second, base), second
        for metric in (one for one in gateable(cell.workload.goal) if is_gated(one)):
            if problem := _problem(facts, *pair, metric):
                name = f"{metric} by {cell.client}, {cell.workload}"
                yield Notice(f"{name}: {problem}, so nothing is said about it")
            else:
                yield _noise(facts, pair, metric, seconds, overhead_s)


def _problem(facts: Facts, first: int, second: int, metric: str) -> str:
    """Return why nothing can be said of a metric of two cells, "" if something can."""
    one, other = facts.records[first], facts.records[second]
    if reason := facts.unfit(first) or facts.unfit(second):
        return reason
    shared = len(one.keys() & other.keys())
    if shared < MIN_ROUNDS:
        return f"{shared} of the {MIN_ROUNDS} rounds needed"
    return "" if cell_values.log_ratios(other, one, metric) else "it has no value here"


def _noise(facts: Facts, pair: tuple[int, int], metric: str, seconds: float, overhead_s: float) -> Noise:
    plan, records = facts.plan, facts.records
    base, copy = (records[index] for index in pair)
    rounds = cell_values.log_ratios(copy, base, metric)
    centre = trimmed(rounds)
    spread = centre.se / se_of(1.0, centre.n)
    effects = list(_effects(plan, pair, base, copy, metric))
    fitting = [(time, max(0, math.floor((time - overhead_s) / seconds))) for time in TIMES_S]
    return Noise(
        client=plan.cells[pair[0]].client,
        workload=plan.cells[pair[0]].workload,
        metric=metric,
        rounds=centre.n,
        sd=statistics.stdev(rounds),
        spread=spread,
        bias=centre.estimate(),
        position=trimmed(effects).estimate() if len(effects) >= MIN_ROUNDS else None,
        autocorrelation=autocorrelation(rounds),
        bound=2 / math.sqrt(centre.n),
        reaches=tuple(Reach(time, count, smallest_change(spread, count)) for time, count in fitting),
        margin=recommended_margin(spread, centre.n),
    )


def _effects(plan: Plan, pair: tuple[int, int], base: Records, copy: Records, metric: str) -> Iterator[float]:
    """Yield the turn effect of every round that has one."""
    for number in sorted(base.keys() & copy.keys()):
        ones, others = (cell_values.turns(record[number], metric) for record in (base, copy))
        ratios = [math.log(other / one) for one, other in zip(ones, others, strict=True)]
        effect = turn_effect(ratios, base_first(plan, number, *pair))
        if effect is not None:
            yield effect


def warnings_of(line: Noise) -> list[Notice]:
    """Return what is wrong with a line's rounds, each with what it means or what to do about it."""
    half = math.log1p(line.margin) / 2
    found = []
    if line.position and beyond(line.position, half):
        shown = f"the earlier of two turns shows {math.expm1(line.position.value):+.1%}"
        found.append(f"{shown}: turns weigh on the next; their shuffled order turns that into spread")
    if abs(line.autocorrelation) > line.bound:
        size = f"autocorrelation {line.autocorrelation:+.2f}, past ±{line.bound:.2f}"
        found.append(f"rounds are correlated ({size}), so intervals are unsure: rerun at a quieter time")
    if beyond(line.bias, half):
        apart = f"{math.expm1(line.bias.value):+.1%}"
        found.append(f"the copy differs from its original by {apart}: rerun at a quieter time")
    return [Notice(f"{line.name}: {text}") for text in found]


PROFILE_SCHEMA = 1


class Profile(msgspec.Struct, frozen=True):
    """One calibration and what it was made of; `made` is UTC in ISO 8601, `server` a spec as it is typed."""

    schema: int
    fingerprint: str
    made: str
    wsbench: str
    server: str
    calibration: Calibration


def profile_of(run: Run, overhead_s: float = OVERHEAD_S) -> Profile:
    """Return the profile that a calibrating run makes; ValueError as in `calibrate`."""
    header = run.header
    return Profile(
        schema=PROFILE_SCHEMA,
        fingerprint=fingerprint(header.environment),
        made=header.started,
        wsbench=header.wsbench,
        server=header.plan.servers[0].typed,
        calibration=calibrate(run, overhead_s),
    )
