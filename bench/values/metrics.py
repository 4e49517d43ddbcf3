"""From the records of one cell, one per round, to its metrics; and from two cells to their ratio."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping

from .estimate import Estimate, estimate_log, estimate_ratio, trimmed
from .schema import CellRecord

Records = Mapping[int, CellRecord]
"""The records of one cell by the number of the round."""

UNITS = {
    "rtt_p50": "ns",
    "rtt_p90": "ns",
    "rtt_p99": "ns",
    "rtt_p99.9": "ns",
    "rtt_max": "ns",
    "rtt_mean": "ns",
    "throughput": "msg/s",
    "server_cpu": "ns/msg",
    "client_cpu": "ns/msg",
    "rss": "bytes",
    "ratio": "ratio",
    "over_floor": "ns",
}


def estimates(records: Records, *, throughput: bool) -> dict[str, Estimate]:
    """Return every metric the records hold; a quantile only where each round allows it.

    A latency cell has no throughput: its rate follows from the think time.
    """
    found: dict[str, Callable[[CellRecord], float | None]] = {
        **{f"rtt_{name}": _quantile(name) for name in ("p50", "p90", "p99", "p99.9")},
        "rtt_max": lambda record: record.max_ns,
        "rtt_mean": lambda record: record.mean_ns,
        "throughput": lambda record: record.latencies * 1e9 / record.elapsed_ns if throughput else None,
        "server_cpu": lambda record: _per_message(record.server_cpu_ns, record),
        "client_cpu": lambda record: _per_message(record.client_cpu_ns, record),
    }
    values = {name: [take(record) for record in records.values()] for name, take in found.items()}
    return {
        name: estimate_log([value for value in rounds if value])
        for name, rounds in values.items()
        if rounds and all(rounds)  # nothing stands in for a round that lacks it
    }


def _quantile(name: str) -> Callable[[CellRecord], float | None]:
    return lambda record: record.quantiles_ns.get(name)


def _per_message(total_ns: int | None, record: CellRecord) -> float | None:
    return total_ns / record.exchanged if total_ns else None


def log_ratios(one: Records, other: Records, *, throughput: bool) -> list[float]:
    """Return, for each round both have, the mean over paired slices of ln(one / other).

    Slices are paired in the order of their turns, which lie in one block: milliseconds apart, so that what
    slowed the machine slowed both. Latency compares slice medians, throughput slice rates.
    """
    found = []
    for number in sorted(one.keys() & other.keys()):
        first, second = one[number], other[number]
        pairs = zip(
            first.rates if throughput else first.medians_ns,
            second.rates if throughput else second.medians_ns,
            strict=True,  # whoever missed a turn has failed and has no record
        )
        found.append(statistics.fmean(math.log(a / b) for a, b in pairs))
    return found


def ratio(one: Records, other: Records, *, throughput: bool) -> Estimate | None:
    """Return one / other with its interval; None where they share no round."""
    rounds = log_ratios(one, other, throughput=throughput)
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
    """Return rate times mean latency, the median over rounds: the messages in flight, by Little's law."""
    return statistics.median(one.latencies * one.mean_ns / one.elapsed_ns for one in records.values())
