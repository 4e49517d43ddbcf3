"""The long form: one estimate a line, with its unit."""

from __future__ import annotations

import math

from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.report.figures import estimate_fields, figures
from wsbench.stats.estimate import Estimate


def test_figures_hold_every_estimate_with_its_unit() -> None:
    """The long form has ratio and floor distance beside the metrics."""
    both = [Workload(), Workload(connections=16)]
    found = figures(analyse(run_of({"tornado": 60.0, "aiohttp": 50.0, "tcp": 30.0}, workloads=both)))
    assert {one.metric for one in found if one.connections == 1} >= {"rtt_p50", "over_floor"}
    assert "throughput" not in {one.metric for one in found if one.connections == 1}
    units = {figure.metric: figure.unit for figure in found}
    assert units["rtt_p50"] == "ns"
    assert units["throughput"] == "msg/s"
    assert units["server_cpu"] == "ns/msg"
    assert units["rss"] == "bytes"
    assert units["ratio"] == "ratio"
    assert units["over_floor"] == "ns"


def test_an_infinite_end_becomes_nothing_in_figures() -> None:
    """JSON has no infinity; nor is there a lower end, though on a scale of logarithms it would be 0."""
    found = figures(analyse(run_of({"tornado": 60.0}, rounds=3)))
    assert {(one.low, one.high) for one in found} == {(None, None)}
    assert estimate_fields("jain", Estimate(0.9, 0.0, 1.0, 5))["low"] == 0.0
    assert estimate_fields("knee", Estimate(9.0, 4.0, math.inf, 5))["low"] == 4.0
