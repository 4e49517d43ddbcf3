"""What a run adds to the history of its servers: values, what each is of, and what it was made of."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import msgspec

from ...facts.conditions import all_awake, machine_of, variables_of
from ...facts.provenance import made_of
from ...plan.metrics import METRICS, gateable, is_gated
from ...records.common import Environment, Proof
from ...records.load import LoadRun
from ...records.run import Run
from ...stats.estimate import MIN_ROUNDS, Estimate
from ...targets.spec import ServerSpec


class Key(msgspec.Struct, frozen=True):
    """What a series is of: values of equal keys may be held against each other.

    `workload` says what is sent, with the rate at which where there is one. `against` is the server that
    times are ratios to, "" where they are absolute. `machine` is the fingerprint of `facts.conditions`, ""
    for counts, which depend on the features of the processor alone: those are among the `settings`.
    """

    server: str
    client: str
    workload: str
    metric: str
    against: str = ""
    machine: str = ""
    settings: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """The run that a value is from: its file, UTC time in ISO 8601, label, and rounds of those planned.

    `status` says how it ended, as its closing line does; `cut off` without one.
    """

    file: str
    started: str
    label: str
    rounds: int
    planned: int
    status: str


class Value(msgspec.Struct, frozen=True):
    """One metric of one cell in one run: the estimate, in the unit of its series, and what it was made of.

    `version` has what else decides the server's result, `revision` is the checkout or revision that was asked
    for. `instruments` are those of the measurement, by name: wsbench, the server that times are ratios to,
    the client, and what counts depend on. `weaker` says in words what is the matter with it.
    """

    key: Key
    source: Source
    estimate: Estimate
    proof: Proof
    version: str
    revision: str
    instruments: dict[str, Proof | str]
    weaker: tuple[str, ...] = ()


class Unusable(msgspec.Struct, frozen=True):
    """Values that say nothing: of a whole run, or of one of its cells (`what`), and why."""

    file: str
    what: str
    why: str


def time_of(started: str) -> datetime:
    """Return a time in ISO 8601, which is UTC where it does not say. Raises `ValueError`."""
    found = datetime.fromisoformat(started)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def machine_words(environment: Environment) -> str:
    """Return what a fingerprint stands for: what is known, the processor first."""
    return ", ".join(
        text if name in {"processor", "kernel", "architecture"} else f"{name} {text}"
        for name, text in machine_of(environment).items()
        if text
    )


def wanted(goal: str, metrics: Collection[str]) -> list[str]:
    """Return the metrics of a goal: of those named, or where none is, those that are gated by default."""
    return [
        name
        for name in METRICS
        if goal in METRICS[name].goals and (name in metrics if metrics else is_gated(name))
    ]


def weaker(source: Source, estimate: Estimate) -> tuple[str, ...]:
    """Return what is the matter with a run's value, in words."""
    words = []
    if source.status in {"cut off", "interrupted", "out of time", "failed"}:
        words.append(f"{source.status} after {source.rounds} of {source.planned} rounds")
    if not math.isfinite(estimate.high) or not estimate.low > 0:
        words.append(f"no interval, for it has under {MIN_ROUNDS} rounds")
    return tuple(words)


def link(spec: ServerSpec) -> Iterator[str]:
    """Yield how a server is run and spoken to where that is not the usual way."""
    if spec.loop != "asyncio":
        yield f"on {spec.loop}"
    if spec.tls:
        yield "over TLS"
    if spec.deflate:
        yield "with deflate"


def version(spec: ServerSpec, proof: Proof) -> str:
    """Return a server's version with what else decides its result."""
    made = made_of(spec, proof)
    return f"{proof.version}{made and f' on {made}'}"


def common(run: Run | LoadRun, *, equal: bool) -> tuple[str, ...]:
    """Return the settings that change what times mean, in words."""
    return (
        "equal settings" if equal else "settings as shipped",
        "cores kept awake" if all_awake(run) else "cores left to sleep",
        *variables_of(run.header.environment),
        *([f"network {network}"] if (network := run.header.plan.network) else ()),
    )


def known_metrics() -> tuple[str, ...]:
    """Return the metrics that may be asked for."""
    found = [name for goal in ("latency", "throughput", "load", "count") for name in gateable(goal)]
    return tuple(dict.fromkeys(found))
