"""Stored runs of many days, made by hand: one a day, with a ratio of tornado to stdlib."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from runs import NOISE, run_of
from wsbench.analysis.history.record import Value, machine_words
from wsbench.analysis.history.series import History, history_of
from wsbench.analysis.history.values import AnyRun, values_of
from wsbench.facts.conditions import fingerprint
from wsbench.records.run import Run

FIRST = datetime(2026, 1, 1, 3, 4, 5, tzinfo=UTC)


def noise(count: int, spread: float = 0.01, seed: int = 1) -> list[float]:
    """Return factors around 1."""
    made = random.Random(seed)
    return [1 + made.gauss(0, spread) for _ in range(count)]


def day(at: int) -> str:
    """Return when the run of a day began."""
    return (FIRST + timedelta(days=at)).isoformat()


def run_on(at: int, ratio: float = 1.5, **changes: object) -> Run:
    """Return the run of a day: tornado takes `ratio` times as long as stdlib."""
    fields: dict[str, object] = {"started": day(at), "rounds": 4}
    run = run_of({"tornado": 40 * ratio, "stdlib": 40}, **{**fields, **changes})  # type: ignore[arg-type]
    header = msgspec.structs.replace(run.header, label=f"c{at}")
    closing = msgspec.structs.replace(run.closing, finished=f"{run.header.started[:-6]}.5+00:00")
    return msgspec.structs.replace(run, header=header, closing=closing)


def with_version(run: Run, version: str, label: str = "tornado") -> Run:
    """Return a run whose server said another version."""
    rounds = tuple(
        msgspec.structs.replace(
            one,
            servers={**one.servers, label: msgspec.structs.replace(one.servers[label], version=version)},
        )
        for one in run.rounds
    )
    return msgspec.structs.replace(run, rounds=rounds)


def history(*runs: AnyRun, metrics: Sequence[str] = ("rtt_p50",), against: str = "stdlib") -> History:
    """Return the history of runs, in files named by their number."""
    found = [
        one
        for number, run in enumerate(runs)
        for one in values_of(run, f"{number:03}.jsonl", against=against, metrics=metrics)
    ]
    usable = [one for one in found if isinstance(one, Value)]
    environments = [run.header.environment for run in runs]
    machines = {fingerprint(one): machine_words(one) for one in environments}
    return history_of(usable, [one for one in found if not isinstance(one, Value)], machines)


def stepped(count: int = 20, at: int = 12, by: float = 0.1, **changes: object) -> list[Run]:
    """Return runs in which tornado becomes slower by a share from one day on."""
    factors = noise(count)
    return [
        run_on(number, 1.5 * factor * (1 + by if number >= at else 1), **changes)
        for number, factor in enumerate(factors)
    ]


def store(folder: Path, *runs: AnyRun) -> list[Path]:
    """Write runs into files of a folder, named as the store names them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, run in enumerate(runs):
        lines = [run.header, *run.rounds, *([run.closing] if run.closing else [])]
        stamp = run.header.started[:19].replace("-", "").replace(":", "")
        path = folder / f"{stamp}Z-{number}.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        paths.append(path)
    return paths


def example() -> History:
    """Return what docs/history.md shows: a tenth slower with the version that came on the thirteenth day."""
    runs = stepped(noise={"tornado": NOISE})
    return history(*(with_version(run, "6.7.0" if at >= 12 else "6.6.1") for at, run in enumerate(runs)))
