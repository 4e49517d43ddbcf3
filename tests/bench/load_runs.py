"""What a load run says, made by hand for the tests of what stores and shows it."""

from __future__ import annotations

from loads import load_run_of, round_of, step_of
from runs import environment
from wsbench.analysis.load import LoadAnalysis
from wsbench.analysis.load_rows import LoadRow
from wsbench.plan.load import LoadPlan
from wsbench.planning.load import LoadWords, make_load_plan
from wsbench.records.common import Handshake, Proof
from wsbench.records.load import LoadRun
from wsbench.stats.estimate import Estimate

PROOF = Proof("6.6.1", "CPython 3.11.7", "asyncio.unix_events._UnixSelectorEventLoop")


def plan_of(target: str = "tornado", **words: object) -> LoadPlan:
    """Return the plan that somebody's words make, with seed 1."""
    return make_load_plan(LoadWords(target, **words), seed=1)  # type: ignore[arg-type]


def load_run(plan: LoadPlan | None = None, rounds: int = 4) -> LoadRun:
    """Return a run that held each rate of its plan in every round, with a p99 of 90 µs."""
    plan = plan or plan_of(rates=(2_000.0, 4_000.0))
    return load_run_of(
        plan, [round_of([step_of(number, rate, 0.045) for rate in plan.rates]) for number in range(rounds)]
    )


def estimate(value: float, share: float = 0.05) -> Estimate:
    """Return an estimate whose interval is that share of it on either side."""
    return Estimate(value, value * (1 - share), value * (1 + share), 5)


def row_of(rate: float, slower: float = 1.0, **changes: object) -> LoadRow:
    """Return a row with every metric, its times so many times slower than 60 µs."""
    times = {
        "response_p50": 60_000,
        "response_p90": 100_000,
        "response_p95": 120_000,
        "response_p99": 200_000,
        "response_p99.9": 400_000,
        "response_max": 900_000,
        "response_mean": 70_000,
        "service_p50": 59_000,
        "service_p99": 180_000,
        "service_p99.9": 390_000,
    }
    estimates = {
        "achieved": estimate((rate or 14_000) * 0.999, 0.003),
        **{name: estimate(ns * slower) for name, ns in times.items()},
        "lateness_p99": estimate(5_400),
        "server_cpu": estimate(67_000),
    }
    fields: dict[str, object] = {"rate": rate, "estimates": estimates}
    return LoadRow(**{**fields, **changes})  # type: ignore[arg-type]


def load_analysis(*rows: LoadRow, plan: LoadPlan | None = None, **changes: object) -> LoadAnalysis:
    """Return an analysis that shows these rows."""
    fields: dict[str, object] = {
        "label": "load",
        "started": "2026-01-02T03:04:05+00:00",
        "plan": plan or plan_of(),
        "environment": environment(),
        "rounds": 5,
        "status": "complete",
        "server": PROOF,
        "handshake": Handshake(nodelay=True),
        "rows": rows,
        "capacity": None,
        "ceiling": None,
        "knee": None,
        "headline": "tornado does what it can.",
        "notices": (),
        "awake": True,
    }
    return LoadAnalysis(**{**fields, **changes})  # type: ignore[arg-type]
