"""The table of metrics, and what is asked of it."""

import pytest
from wsbench.demand.workload import Goal, Workload
from wsbench.plan.metrics import (
    METRICS,
    gateable,
    is_gated,
    is_higher_better,
    is_shown,
    main_metric,
    metric_title,
)


@pytest.mark.parametrize(
    ("goal", "names", "gated"),
    [
        (
            "latency",
            ("rtt_p50", "rtt_p90", "rtt_p99", "rtt_p99.9", "server_cpu"),
            ["rtt_p50", "server_cpu"],
        ),
        ("throughput", ("throughput", "server_cpu"), ["throughput", "server_cpu"]),
    ],
)
def test_what_can_be_gated_follows_from_the_goal(goal: Goal, names: tuple[str, ...], gated: list[str]):
    """In a fixed order, that of the verdicts; the main metric and CPU time are gated by default."""
    assert gateable(goal) == names
    assert [name for name in names if is_gated(name)] == gated


def test_each_metric_is_one_row():
    """Each has a unit and a goal; what can be gated has a direction and a title too."""
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.unit
        assert metric.goals
        assert metric.gate == "never" or (metric.better and metric.title)


def test_only_the_tail_is_shown_without_a_verdict():
    """Of all times p99 alone has a line that nobody asked for; of counts what explains the instructions."""
    shown = [name for name in METRICS if is_shown(name)]
    assert shown == ["rtt_p99", "syscalls", "allocations", "calls"]


def test_more_is_better_of_rates():
    """More is better of everything per second and of fairness; less is better of times and bytes."""
    more = {name for name in METRICS if is_higher_better(name)}
    assert more == {name for name, one in METRICS.items() if one.unit.endswith("/s")} | {"jain"}


@pytest.mark.parametrize(
    ("workload", "name", "title"),
    [(Workload(), "rtt_p50", "p50 µs"), (Workload(connections=16), "throughput", "msg/s")],
)
def test_a_workload_is_about_one_metric(workload: Workload, name: str, title: str):
    """The round trip with one message in flight, the rate with many; both have a title with a unit."""
    assert (main_metric(workload), metric_title(name)) == (name, title)
    assert metric_title("over_floor") == "over_floor"
