"""The long form: one estimate a line, with its unit."""

from __future__ import annotations

from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.report.figures import figures


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
    """JSON has no infinity."""
    found = figures(analyse(run_of({"tornado": 60.0}, rounds=3)))
    assert {figure.high for figure in found if figure.metric == "rtt_p50"} == {None}
