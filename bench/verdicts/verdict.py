"""One metric of a candidate against its base: its verdict, and the change it is about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from ..demand.workload import Workload
from ..facts.cell_values import Records
from ..facts.drivers import driver_of
from ..facts.facts import Facts
from ..facts.provenance import made_of
from ..plan.metrics import METRICS, is_higher_better
from ..plan.run import Cell
from ..stats.decision import Evidence, Word
from ..stats.estimate import Estimate, Trimmed
from .pairs import Role, other_than


class Verdict(msgspec.Struct, frozen=True):
    """One metric of one candidate against its base.

    `change`, `low` and `high` are shares of the base's value (0.05: 5 % more), None where unknown or without
    an end; more is worse except for throughput. A `margin` of 0 says that the metric is shown, not gated;
    then `verdict` is None. `before` and `after` are in the metric's unit, around the geometric mean of what
    was measured, so that they differ by `change`. `reason` says why it is not judged, INVALID or open; `lost`
    that it could be judged before and can't be now, for its server died, refused or starved connections.
    `versions` are those of base and candidate. Where clients are compared, `client` is "" and `server` the
    one that both drive, else that is "".
    """

    cell: str
    metric: str
    base: str
    candidate: str
    client: str
    workload: Workload
    margin: float
    change: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Word | None = None
    needed_rounds: int | None = None
    rounds: int = 0
    before: Estimate | None = None
    after: Estimate | None = None
    reason: str = ""
    versions: tuple[str, str] = ("", "")
    lost: bool = False
    server: str = ""

    @property
    def shared(self) -> str:
        """What base and candidate have in common, as a title has it: `by wire`, or `driving tornado`."""
        if self.is_counted:
            return "counted"
        return f"driving {self.server}" if self.server else f"by {self.client}"

    @property
    def is_counted(self) -> bool:
        """Whether it is about counted work, which no client has a part in."""
        return METRICS[self.metric].goals == ("count",)


def harm_of(metric: str, log_ratio: float) -> float:
    """Turn ln(candidate / base) into harm, or back: positive harm is worse."""
    return -log_ratio if is_higher_better(metric) else log_ratio


def evidence_of(verdict: Verdict, centre: Trimmed, rounds: tuple[float, ...]) -> Evidence:
    """Return what is to be decided of a verdict's metric."""
    return Evidence(centre, rounds, verdict.margin, is_higher_better(verdict.metric), both=verdict.is_counted)


def with_change(verdict: Verdict, harm: Estimate) -> Verdict:
    """Return a verdict with the change that an estimate of harm means."""
    low, high = sorted(harm_of(verdict.metric, end) for end in (harm.low, harm.high))
    before, after = _apart(verdict, harm_of(verdict.metric, harm.value))
    return msgspec.structs.replace(
        verdict,
        before=before,
        after=after,
        change=_share(harm_of(verdict.metric, harm.value)),
        low=_share(low),
        high=_share(high),
        rounds=harm.n,
    )


def _apart(verdict: Verdict, log_ratio: float) -> tuple[Estimate | None, Estimate | None]:
    """Return before and after, moved alike around their geometric mean so that ln(after / before) is given.

    The change is computed pair by pair within the rounds, so the averages of the run need not differ by it.
    """
    before, after = verdict.before, verdict.after
    if before is None or after is None or min(before.value, after.value) <= 0:
        return before, after
    factor = math.exp((math.log(after.value / before.value) - log_ratio) / 2)
    return _scaled(before, factor), _scaled(after, 1 / factor)


def _scaled(one: Estimate, factor: float) -> Estimate:
    return Estimate(one.value * factor, one.low * factor, one.high * factor, one.n)


def _share(log_ratio: float) -> float | None:
    return math.expm1(log_ratio) if math.isfinite(log_ratio) else None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a cell of a run, of which the server or the client is compared."""

    facts: Facts
    index: int
    role: Role = "server"

    @property
    def name(self) -> str:
        """What it is called: the label of its server, or of its client."""
        return self.cell.server if self.role == "server" else self.cell.client

    @property
    def cell(self) -> Cell:
        """What was measured."""
        return self.facts.cells[self.index]

    @property
    def records(self) -> Records:
        """Its records by round."""
        return self.facts.records[self.index]

    @property
    def void(self) -> str:
        """Why its numbers can't be compared with anybody's, "" if they can; with a server's last words."""
        failure, reason = self.facts.failures.get(self.index), self.facts.void(self.index)
        if not failure:
            return reason
        named = reason if failure.client or self.name in reason else f"{self.name}: {reason}"
        return f"{named} ({failure.stderr[-1]})" if failure.stderr else named

    @property
    def failed(self) -> bool:
        """Whether its server died, refused or could not be measured at all, by no fault of the client's."""
        failure = self.facts.failures.get(self.index)
        return failure is not None and not failure.client

    @property
    def starved(self) -> bool:
        """Whether connections were starved."""
        return bool(self.facts.starvation(self.index))

    @property
    def is_bound(self) -> bool:
        """Whether its throughput is a lower bound, for the other side of the connection was the limit."""
        return self.facts.limit(self.index) == other_than(self.role)

    @property
    def version(self) -> str:
        """Its version with what else decides its result, "" where that is unknown."""
        if self.role == "client":
            return driver_of(self.facts.run, self.cell.client)
        proof = self.facts.proofs.get(self.cell.server)
        made = made_of(self.facts.plan.spec_of(self.cell.server), proof) if proof else ""
        return f"{proof.version}{made and f' on {made}'}" if proof else ""

    def value(self, metric: str) -> Estimate | None:
        """Return the estimate of a metric; None where there is none."""
        return self.facts.estimates(self.index).get(metric)


def compared(  # what a verdict is about, and why there is none
    base: Side, candidate: Side, metric: str, margin: float, problem: str, lost: bool = False
) -> Verdict:
    """Return the verdict that is still to be decided; NOT JUDGED already where there is a problem."""
    return Verdict(
        cell=str(candidate.cell),
        metric=metric,
        base=base.name,
        candidate=candidate.name,
        client=candidate.cell.client if candidate.role == "server" else "",
        server=candidate.cell.server if candidate.role == "client" else "",
        workload=candidate.cell.workload,
        margin=margin,
        verdict="NOT JUDGED" if margin and problem else None,
        before=base.value(metric),
        after=candidate.value(metric),
        reason=problem if margin else "",
        versions=(base.version, candidate.version),
        lost=bool(margin and problem and lost),
    )


def no_value(metric: str) -> str:
    """Say that a metric is missing."""
    return f"{metric} could not be computed: too few samples, or not known here"
