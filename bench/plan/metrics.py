"""Every metric there is: its name, unit, title, which way is better, and whether it is gated."""

from __future__ import annotations

from collections.abc import Mapping

from .workload import Goal, Workload

HIGHER_IS_BETTER = frozenset({"throughput"})


METRICS: Mapping[Goal, tuple[str, ...]] = {
    "latency": ("rtt_p50", "rtt_p90", "rtt_p99", "rtt_p99.9", "server_cpu"),
    "throughput": ("throughput", "server_cpu"),
}
"""What can be gated, by what a workload is about."""


GATED = frozenset({"rtt_p50", "throughput", "server_cpu"})
"""What is gated unless somebody says otherwise."""


SHOWN = frozenset({"rtt_p99"})
"""Metrics that stand in the table without a verdict, unless they are given a margin."""


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
    "rss_per_connection": "bytes",
    "held_per_connection": "bytes",
    "connect_rate": "connections/s",
    "ratio": "ratio",
    "over_floor": "ns",
    "jain": "index",
    "slow_gc": "share",
    "slow_stall": "share",
    "achieved": "msg/s",
    "response_p50": "ns",
    "response_p90": "ns",
    "response_p99": "ns",
    "response_p99.9": "ns",
    "response_mean": "ns",
    "service_p50": "ns",
    "service_p99": "ns",
    "service_p99.9": "ns",
    "lateness_p99": "ns",
    "recovery": "ns",
    "capacity": "msg/s",
    "ceiling": "msg/s",
    "knee": "msg/s",
}


def main_metric(workload: Workload) -> str:
    """Return the metric that a workload is about, the one that is ranked."""
    return "throughput" if workload.goal == "throughput" else "rtt_p50"


TITLES = {
    "rtt_p50": "p50 µs",
    "rtt_p90": "p90 µs",
    "rtt_p99": "p99 µs",
    "rtt_p99.9": "p99.9 µs",
    "throughput": "msg/s",
    "server_cpu": "server CPU µs",
}


def metric_title(metric: str) -> str:
    """Return a metric's name with its unit, as it heads a column."""
    return TITLES.get(metric, metric)
