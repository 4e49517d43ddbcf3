"""From the records of one cell, one per round, to its metrics; and from two cells to their ratio."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence

from ..demand.workload import Workload
from ..plan.turns import spread_over
from ..records.fairness import is_lopsided
from ..records.run import CellRecord
from ..stats.estimate import Estimate, estimate_log, estimate_ratio, trimmed, trimmed_mean
from .connection_cost import crowd_estimates

Records = Mapping[int, CellRecord]
"""The records of one cell by the number of the round."""


def estimates(records: Records, workload: Workload) -> dict[str, Estimate]:
    """Return every metric the records hold; a quantile only where each round allows it."""
    logs = {name: estimate_log(rounds) for name, rounds in round_values(records, workload).items()}
    if "throughput" in logs and "server_cpu" in logs:
        logs["throughput_per_core"] = _per_core(logs["server_cpu"])
    crowds = [record.crowd for record in records.values() if record.crowd]
    return (
        logs
        | _shares(list(records.values()))
        | crowd_estimates(crowds if len(crowds) == len(records) else [])
    )


def round_values(records: Records, workload: Workload) -> dict[str, list[float]]:
    """Return the value of each round, of every metric that varies by factors and that all rounds have.

    A latency cell has no throughput: its rate follows from the think time. Where connections were served
    unevenly there are no quantiles and no mean: over all messages those praise whoever serves a few
    connections only.
    """
    throughput = workload.goal == "throughput"
    found: dict[str, Callable[[CellRecord], float | None]] = {
        **{f"rtt_{name}": _quantile(name) for name in ("p50", "p90", "p99", "p99.9")},
        "rtt_max": lambda record: record.max_ns,
        "rtt_mean": lambda record: None if is_lopsided(record) else record.mean_ns,
        "rtt_slowest": lambda record: _slowest(record, workload),
        "throughput": lambda record: whole(record, "throughput") if throughput else None,
        "server_cpu": lambda record: whole(record, "server_cpu"),
        "client_cpu": lambda record: _per_message(record.client_cpu_ns, record),
    }
    values = {name: [take(record) for record in records.values()] for name, take in found.items()}
    return {
        name: [value for value in rounds if value]
        for name, rounds in values.items()
        if rounds and all(rounds)  # nothing stands in for a round that lacks it
    }


def _shares(records: Sequence[CellRecord]) -> dict[str, Estimate]:
    """Return the metrics that lie between 0 and 1 and may be 0, so that there is no logarithm of them."""
    fair = [one.fairness.jain for one in records if one.fairness]
    slow = [one.slow for one in records if one.slow]
    values = {
        "jain": fair,
        "slow_gc": [one.during_gc / one.messages for one in slow],
        "slow_stall": [one.during_stall / one.messages for one in slow],
    }
    return {
        name: _clipped(trimmed(rounds).estimate())
        for name, rounds in values.items()
        if rounds and len(rounds) == len(records)
    }


def _clipped(share: Estimate) -> Estimate:
    return Estimate(share.value, max(0.0, share.low), min(1.0, share.high), share.n)


def _quantile(name: str) -> Callable[[CellRecord], float | None]:
    return lambda record: None if is_lopsided(record) else record.quantiles_ns.get(name)


def _slowest(record: CellRecord, workload: Workload) -> float | None:
    """Return the mean round trip, in ns, of the connection with the fewest replies.

    By Little's law it is the messages in flight there over the rate of its replies; None with one connection,
    and where one got no reply at all.
    """
    if record.fairness is None or not record.fairness.slowest:
        return None
    return workload.window * record.elapsed_ns / record.latencies / record.fairness.slowest


def _per_core(cpu: Estimate) -> Estimate:
    """Return messages per second of one core, given CPU ns per message."""
    return Estimate(1e9 / cpu.value, 1e9 / cpu.high, 1e9 / cpu.low if cpu.low else math.inf, cpu.n)


def _per_message(total_ns: int | None, record: CellRecord) -> float | None:
    return total_ns / record.exchanged if total_ns else None


_TURNS: dict[str, Callable[[CellRecord], Sequence[float]]] = {
    "rtt_p50": lambda record: record.medians_ns,
    "throughput": lambda record: record.rates,
    "server_cpu": lambda record: record.server_cpus_ns,
}
_WHOLE: dict[str, Callable[[CellRecord], float | None]] = {
    "throughput": lambda record: record.latencies * 1e9 / record.elapsed_ns,
    "server_cpu": lambda record: _per_message(record.server_cpu_ns, record),
}


def turns(record: CellRecord, metric: str) -> Sequence[float]:
    """Return a metric's value in every turn of a round, in order; KeyError where turns have none."""
    return _TURNS[metric](record)


def whole(record: CellRecord, metric: str) -> float | None:
    """Return a metric's value in a whole round, all turns together; None where the record lacks it."""
    take = _WHOLE.get(metric) or _quantile(metric.removeprefix("rtt_"))
    return take(record)


def log_ratios(one: Records, other: Records, metric: str) -> list[float]:
    """Return, for each round both have, the logarithm of one / other in a metric.

    Slices are paired as their turns lie in blocks, milliseconds apart, so that what slowed the machine slowed
    both; where one has fewer turns, each with that of the other in its block. The round's value is the
    trimmed mean over the pairs, for what hits a single slice is seldom the server's (docs/method.md). A
    quantile far out in the tail belongs to a round, not to a slice; there it is the ratio of the rounds' own.
    [] where a round lacks the metric.
    """
    return _log_ratios(one, other, lambda a, b: _over_turns(a, b, metric))


def whole_log_ratios(one: Records, other: Records, metric: str) -> list[float]:
    """Return, for each round both have, the logarithm of one / other over all turns, none trimmed."""
    return _log_ratios(one, other, lambda a, b: _over_rounds(a, b, metric))


def _log_ratios(
    one: Records, other: Records, ratio_of: Callable[[CellRecord, CellRecord], float | None]
) -> list[float]:
    found = [ratio_of(one[number], other[number]) for number in sorted(one.keys() & other.keys())]
    return [value for value in found if value is not None] if None not in found else []


def _over_rounds(one: CellRecord, other: CellRecord, metric: str) -> float | None:
    first, second = whole(one, metric), whole(other, metric)
    return math.log(first / second) if first and second else None


def _over_turns(one: CellRecord, other: CellRecord, metric: str) -> float | None:
    if metric not in _TURNS:
        return _over_rounds(one, other, metric)
    mine, theirs = turns(one, metric), turns(other, metric)
    if not (mine and theirs and all(mine) and all(theirs)):
        return None
    few, many = sorted((mine, theirs), key=len)
    near = [many[place] for place in spread_over(len(few), len(many))]  # those in the same blocks
    logs = [math.log(a / b) for a, b in zip(few, near, strict=True)]
    return trimmed_mean(logs if few is mine else [-one for one in logs])


def ratio(one: Records, other: Records, metric: str) -> Estimate | None:
    """Return one / other with its interval; None where they share no round."""
    rounds = log_ratios(one, other, metric)
    return estimate_ratio(rounds) if rounds else None


def over_floor(one: Records, floor: Records) -> Estimate | None:
    """Return the difference of the p50s in ns, round by round; None where they share no round."""
    rounds = [
        one[number].quantiles_ns["p50"] - floor[number].quantiles_ns["p50"]
        for number in sorted(one.keys() & floor.keys())
        if "p50" in one[number].quantiles_ns and "p50" in floor[number].quantiles_ns
    ]
    return trimmed(rounds).estimate() if rounds else None


def client_share(records: Records) -> float:
    """Return the share of the slices' time that the client's process was on its core."""
    return sum(one.client_cpu_ns for one in records.values()) / sum(one.busy_ns for one in records.values())


def server_share(records: Records) -> float | None:
    """Return the share of the slices' time that the server's process was on its core; None if unknown."""
    times = [one.server_cpu_ns for one in records.values()]
    if None in times:
        return None
    return sum(time for time in times if time) / sum(one.busy_ns for one in records.values())


def in_flight(records: Records) -> float:
    """Return the mean number of messages in flight, the median over rounds: by Little's law, the window."""
    return statistics.median(one.flown_ns / one.elapsed_ns for one in records.values())
