"""Load runs made by hand for the tests of what reads them: known times in, known steps and rows out."""

from __future__ import annotations

from collections.abc import Sequence

from runs import environment
from wsbench.demand.workload import Workload
from wsbench.plan.load import LoadPlan, Mode
from wsbench.plan.thresholds import Limit
from wsbench.records.common import SCHEMA, Closing, Failure, Handshake, Proof, Status
from wsbench.records.load import LoadHeader, LoadRound, LoadRun, LoadStep, Step
from wsbench.records.rates.report import AgentReport
from wsbench.stats.histogram import encode
from wsbench.targets.spec import Axes
from wsbench.targets.spec_parser import read_spec

SECOND = 10**9


def plan_of(mode: Mode = "rate", target: str = "tornado", **changes: object) -> LoadPlan:
    """Return a plan of two seconds a step after half a second of ramp; with `slo` p99 = 5 ms is the limit."""
    (server,) = read_spec(target, Axes())
    fields: dict[str, object] = {
        "server": server,
        "workload": Workload(connections=16),
        "mode": mode,
        "rounds": 6,
        "seed": 1,
        "limit": Limit(0.99, 5_000_000) if mode == "slo" else None,
    }
    return LoadPlan(**{**fields, **changes})  # type: ignore[arg-type]


def report_of(response: Sequence[int], **changes: object) -> AgentReport:
    """Return what an agent saw of a window of two seconds that had these response times in ns.

    All were sent on time, so service times are the same.
    """
    fields: dict[str, object] = {
        "scheduled": len(response),
        "answered": len(response),
        "begun_ns": 10 * SECOND,
        "ended_ns": 12 * SECOND,
        "response": encode(response),
        "service": encode(response),
        "lateness": encode([100] * len(response)),
        "exchanged": len(response),
    }
    return AgentReport(**{**fields, **changes})  # type: ignore[arg-type]


def step_of(number: int, rate: float, ms: float, **changes: object) -> Step:
    """Return a step that kept up, with a median response of `ms` milliseconds and a p99 of twice that."""
    fields: dict[str, object] = {
        "round": number,
        "rate": rate,
        "achieved": rate,
        "scheduled": round(2 * rate),
        "unanswered": 0,
        "response_ns": {"p50": ms * 1e6, "p90": 1.5 * ms * 1e6, "p99": 2 * ms * 1e6},
        "service_ns": {"p50": ms * 1e6, "p90": 1.4 * ms * 1e6, "p99": 1.8 * ms * 1e6},
        "lateness_ns": {"p50": 1_000.0, "p99": 5_000.0},
        "response_mean_ns": 1.1 * ms * 1e6,
        "response": "",
        "service": "",
        "server_cpu_ns": 30_000.0,
    }
    return Step(**{**fields, **changes})  # type: ignore[arg-type]


def round_of(steps: Sequence[Step], **changes: object) -> LoadRound:
    """Return a round of these steps, on a quiet machine kept awake."""
    fields: dict[str, object] = {
        "number": steps[0].round if steps else 0,
        "seconds": 5.0,
        "steps": tuple(steps),
        "server": Proof("6.6.1", "CPython 3.11.7", "asyncio.Loop"),
        "handshake": Handshake(nodelay=True),
        "awake": True,
    }
    return LoadRound(**{**fields, **changes})  # type: ignore[arg-type]


def load_run_of(
    plan: LoadPlan,
    rounds: Sequence[LoadRound],
    *,
    status: Status | None = "complete",
    failures: Sequence[Failure] = (),
    unfinished: Sequence[Step] = (),
    **machine: object,
) -> LoadRun:
    """Return a run of these rounds on a quiet two-core machine; without a status it was cut off."""
    header = LoadHeader(SCHEMA, "0.1.0", "2026-01-02T03:04:05+00:00", "test", environment(**machine), plan)
    closing = Closing("2026-01-02T03:06:05+00:00", status, tuple(failures)) if status else None
    return LoadRun(header, tuple(rounds), closing, tuple(unfinished))


def saved_lines(run: LoadRun) -> list[LoadStep | LoadRound]:
    """Return what a runner saves of a run before its closing line: a round behind its steps."""
    found: list[LoadStep | LoadRound] = []
    for one in run.rounds:
        found += [*map(LoadStep, range(len(one.steps)), one.steps), one]
    return [*found, *map(LoadStep, range(len(run.unfinished)), run.unfinished)]
