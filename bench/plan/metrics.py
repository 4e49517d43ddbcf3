"""Every metric there is: its name, unit, title, which way is better, and whether it is gated."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..demand.workload import Goal, Workload

Gate = Literal["default", "shown", "asked", "never"]
"""When a metric gets a verdict: `default`, unless the user sets its margin to 0; `shown` and `asked`, only if
the user gives it a margin (without one, `shown` still has a line in the table); `never`, in no case."""


Subject = Goal | Literal["load", "count"]
"""What a metric can be about: a workload of that goal, a load run, or what is counted."""


class Metric(msgspec.Struct, frozen=True):
    """One metric; `goals` are what it can be about.

    `title` heads its column and names the unit shown there; where it is "", the name heads it. `better` is
    None where that depends on the metrics behind it.
    """

    name: str
    unit: str
    goals: tuple[Subject, ...]
    title: str = ""
    better: Literal["lower", "higher"] | None = "lower"
    gate: Gate = "never"


_ROWS = (
    Metric("rtt_p50", "ns", ("latency",), "p50 µs", gate="default"),
    Metric("rtt_p90", "ns", ("latency",), "p90 µs", gate="asked"),
    Metric("rtt_p99", "ns", ("latency",), "p99 µs", gate="shown"),
    Metric("rtt_p99.9", "ns", ("latency",), "p99.9 µs", gate="asked"),
    Metric("rtt_max", "ns", ("latency",)),
    Metric("rtt_mean", "ns", ("latency",)),
    Metric("rtt_slowest", "ns", ("throughput",)),
    Metric("throughput", "msg/s", ("throughput",), "msg/s", "higher", "default"),
    Metric("throughput_per_core", "msg/s", ("throughput",), better="higher"),
    Metric("server_cpu", "ns/msg", ("latency", "throughput", "load"), "server CPU µs", gate="default"),
    Metric("client_cpu", "ns/msg", ("latency", "throughput")),
    Metric("rss", "bytes", ("latency", "throughput")),
    Metric("rss_per_connection", "bytes", ("latency", "throughput")),
    Metric("held_per_connection", "bytes", ("latency", "throughput")),
    Metric("connect_rate", "connections/s", ("latency", "throughput"), better="higher"),
    Metric("ratio", "ratio", ("latency", "throughput"), better=None),
    Metric("over_floor", "ns", ("latency",)),
    Metric("jain", "index", ("latency", "throughput"), better="higher"),
    Metric("slow_gc", "share", ("latency", "throughput")),
    Metric("slow_stall", "share", ("latency", "throughput")),
    Metric("achieved", "msg/s", ("load",), "achieved msg/s", "higher", "default"),
    Metric("errors", "share", ("load",)),
    Metric("response_p50", "ns", ("load",), "response p50 µs", gate="default"),
    Metric("response_p90", "ns", ("load",)),
    Metric("response_p95", "ns", ("load",)),
    Metric("response_p99", "ns", ("load",), "response p99 µs", gate="default"),
    Metric("response_p99.9", "ns", ("load",)),
    Metric("response_p99.99", "ns", ("load",)),
    Metric("response_max", "ns", ("load",)),
    Metric("response_mean", "ns", ("load",)),
    Metric("service_p50", "ns", ("load",)),
    Metric("service_p99", "ns", ("load",)),
    Metric("service_p99.9", "ns", ("load",)),
    Metric("lateness_p99", "ns", ("load",)),
    Metric("recovery", "ns", ("load",)),
    Metric("reconnects", "connections", ("load",)),
    Metric("connect_p50", "ns", ("load",)),
    Metric("connect_p99", "ns", ("load",)),
    Metric("sent_bytes", "bytes", ("load",), better=None),
    Metric("received_bytes", "bytes", ("load",), better=None),
    Metric("capacity", "msg/s", ("load",), "capacity msg/s", "higher", "default"),
    Metric("ceiling", "msg/s", ("load",), "ceiling msg/s", "higher", "default"),
    Metric("knee", "msg/s", ("load",), better="higher"),
    Metric("instructions", "instructions/msg", ("count",), "instructions", gate="default"),
    Metric("lookups", "instructions/msg", ("count",), "type lookups", gate="asked"),
    Metric("syscalls", "calls/msg", ("count",), "system calls", gate="shown"),
    Metric("allocations", "blocks/msg", ("count",), "allocations", gate="shown"),
    Metric("allocated", "bytes/msg", ("count",), "allocated B", gate="asked"),
    Metric("calls", "calls/msg", ("count",), "Python calls", gate="shown"),
    Metric("switches", "switches/msg", ("count",), "context switches", gate="asked"),
    Metric("collections", "collections/1,000 msg", ("count",), "GC per 1,000"),
    Metric("python", "instructions/msg", ("count",), "instructions of Python functions"),
)
METRICS = {one.name: one for one in _ROWS}
"""The table of metrics by name."""

COUNTED = tuple(one.name for one in _ROWS if one.goals == ("count",))
"""Everything that is counted, in the order in which it is shown."""


def gateable(goal: Subject) -> tuple[str, ...]:
    """Return the metrics that can be gated in a workload of a goal, in a load run, or in counts."""
    return tuple(one.name for one in _ROWS if goal in one.goals and one.gate != "never")


def is_gated(name: str) -> bool:
    """Whether a metric is gated unless somebody says otherwise."""
    return METRICS[name].gate == "default"


def is_shown(name: str) -> bool:
    """Whether a metric is in the table of verdicts without a verdict, unless it is given a margin."""
    return METRICS[name].gate == "shown"


def is_higher_better(name: str) -> bool:
    """Whether more of a metric is better."""
    return METRICS[name].better == "higher"


def main_metric(workload: Workload) -> str:
    """Return the metric that a workload is about, the one that is ranked."""
    return "throughput" if workload.goal == "throughput" else "rtt_p50"


def divisor_of(name: str) -> float:
    """Return what a metric is divided by where it is shown: times are kept in ns, and shown in µs."""
    return 1000.0 if METRICS[name].unit.startswith("ns") else 1.0


def metric_title(name: str) -> str:
    """Return a metric's name with its unit, as it heads a column."""
    return METRICS[name].title or name
