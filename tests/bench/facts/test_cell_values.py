"""Metrics of one cell, and the ratio of two."""

from __future__ import annotations

import math

import msgspec
import pytest
from runs import slices
from wsbench.demand.workload import Workload
from wsbench.facts import cell_values
from wsbench.plan.metrics import METRICS
from wsbench.records.common import Handshake
from wsbench.records.run import CellRecord, ConnectionCost, Fairness
from wsbench.records.summary import summarise

ONE = Workload()


def record(rtt_ns: float, workload: Workload = ONE, **shares: float) -> CellRecord:
    """Return the record of one round in which every round trip takes `rtt_ns`."""
    return summarise(0, slices(rtt_ns, workload, **shares), Handshake())


def test_cpu_time_is_per_exchanged_message() -> None:
    """40 % of 50 µs a message is 20 µs."""
    found = cell_values.estimates({number: record(50_000) for number in range(4)}, Workload())
    assert found["server_cpu"].value == pytest.approx(20_000, rel=1e-3)
    assert found["client_cpu"].value == pytest.approx(25_000, rel=1e-3)


def test_every_estimate_has_the_rounds_it_came_from() -> None:
    """N counts rounds, not messages."""
    found = cell_values.estimates({number: record(50_000 + number) for number in range(6)}, Workload())
    assert {estimate.n for estimate in found.values()} == {6}


def test_a_metric_that_one_round_lacks_is_left_out() -> None:
    """There is no p99 from seven rounds out of eight."""
    few = summarise(0, slices(50_000, Workload(), count=400), Handshake())
    found = cell_values.estimates({0: record(50_000), 1: few}, Workload())
    assert "rtt_p99" not in found
    assert "rtt_p50" in found


def test_log_ratios_pair_the_rounds_both_have() -> None:
    """A round that only one has is left out."""
    one = {0: record(60_000), 1: record(60_000), 2: record(60_000)}
    other = {1: record(50_000), 2: record(40_000), 3: record(1)}
    assert cell_values.log_ratios(one, other, "rtt_p50") == pytest.approx([math.log(1.2), math.log(1.5)])


@pytest.mark.parametrize(
    ("metric", "field", "better"),
    [
        ("rtt_p50", "medians_ns", 1 / 1.2),
        ("throughput", "rates", 1.2),
        ("server_cpu", "server_cpus_ns", 1 / 1.2),
    ],
)
def test_log_ratios_are_by_metric_and_do_not_see_a_wild_slice(metric: str, field: str, better: float) -> None:
    """Every turn is 1.2 times as slow; one of them a thousand times, and the round says the same."""
    wide = Workload(connections=4)
    slow, fast = (
        summarise(0, slices(rtt, wide) + slices(rtt, wide), Handshake()) for rtt in (60_000, 50_000)
    )
    wild = list(getattr(slow, field))
    wild[3] *= 1000
    wrong = msgspec.structs.replace(slow, **{field: tuple(wild)})
    expected = pytest.approx([-math.log(better)] * 2, rel=1e-3)
    assert cell_values.log_ratios({0: slow, 1: wrong}, {0: fast, 1: fast}, metric) == expected


def test_log_ratios_of_a_tail_are_those_of_the_rounds() -> None:
    """A p99 belongs to a round: whatever its slices say, it is the ratio of the two p99."""
    one = msgspec.structs.replace(record(50_000), quantiles_ns={"p99": 90_000.0}, medians_ns=())
    other = msgspec.structs.replace(record(50_000), quantiles_ns={"p99": 60_000.0}, medians_ns=())
    assert cell_values.log_ratios({0: one}, {0: other}, "rtt_p99") == pytest.approx([math.log(1.5)])


@pytest.mark.parametrize(
    ("metric", "lacking"),
    [
        ("rtt_p99", {"quantiles_ns": {"p50": 1.0}}),
        ("server_cpu", {"server_cpus_ns": ()}),
        ("server_cpu", {"server_cpus_ns": (5.0, 5.0, 0.0, 5.0)}),
    ],
)
def test_a_round_that_lacks_a_metric_leaves_no_ratios(metric: str, lacking: dict[str, object]) -> None:
    """Not seven rounds out of eight, on either side; nor is a CPU time of 0 a number."""
    whole = {0: record(50_000), 1: record(50_000)}
    holed = {0: record(50_000), 1: msgspec.structs.replace(record(50_000), **lacking)}
    assert len(cell_values.log_ratios(whole, whole, metric)) == 2
    assert cell_values.log_ratios(holed, whole, metric) == []
    assert cell_values.log_ratios(whole, holed, metric) == []


def test_the_difference_to_the_floor_is_taken_round_by_round() -> None:
    """A machine that was slow in one round was slow for both."""
    one = {n: record(50_000 + 10_000 * n) for n in range(6)}
    floor = {n: record(30_000 + 10_000 * n) for n in range(6)}
    found = cell_values.over_floor(one, floor)
    assert found is not None
    assert (found.low, found.value, found.high) == pytest.approx((20_000, 20_000, 20_000))


def test_nothing_in_common_is_no_ratio() -> None:
    """No shared round, no number."""
    assert cell_values.ratio({0: record(1_000)}, {1: record(1_000)}, "rtt_p50") is None
    assert cell_values.over_floor({0: record(1_000)}, {1: record(1_000)}) is None


def test_messages_in_flight_follow_from_rate_and_latency() -> None:
    """Little's law gives the window back."""
    wide = Workload(connections=16, depth=2)
    assert cell_values.in_flight({0: record(800_000, wide)}) == pytest.approx(32, rel=1e-3)


def test_messages_in_flight_are_those_of_the_median_round() -> None:
    """One round in which everything stood still does not make three void."""
    wide = Workload(connections=4)
    stuck = msgspec.structs.replace(record(50_000, wide), flown_ns=1)
    found = cell_values.in_flight({0: record(50_000, wide), 1: stuck, 2: record(50_000, wide)})
    assert found == pytest.approx(4, rel=1e-3)


@pytest.mark.parametrize("fairness", [Fairness(0.5, 0.2, 0), Fairness(1.0, 0.0, 1)])
def test_where_connections_wait_there_are_no_percentiles(fairness: Fairness) -> None:
    """In one round of four; the rate holds, and so does the longest round trip."""
    wide = Workload(connections=16)
    even = msgspec.structs.replace(record(800_000, wide), fairness=Fairness(1.0, 0.9, 0))
    rounds = dict.fromkeys(range(4), even)
    kept = {"rtt_max", "throughput"}
    assert {"rtt_p50", "rtt_p99", "rtt_mean", *kept} <= set(cell_values.estimates(rounds, wide))
    uneven = {**rounds, 2: msgspec.structs.replace(even, fairness=fairness)}
    found = set(cell_values.estimates(uneven, wide))
    assert kept <= found
    assert not {"rtt_p50", "rtt_p90", "rtt_p99", "rtt_mean"} & found


def test_the_slowest_connection_has_its_mean_round_trip() -> None:
    """By Little's law: messages in flight over the rate of its replies; none where it got no reply."""
    wide = Workload(connections=16)
    one = record(800_000, wide)
    half = msgspec.structs.replace(one, fairness=Fairness(0.95, 0.5, 0))
    found = cell_values.estimates(dict.fromkeys(range(4), half), wide)["rtt_slowest"]
    assert found.value == pytest.approx(2 * 16 * one.elapsed_ns / one.latencies)
    none = msgspec.structs.replace(one, fairness=Fairness(0.95, 0.0, 0))
    assert "rtt_slowest" not in cell_values.estimates(dict.fromkeys(range(4), none), wide)


def test_messages_a_core_are_the_reciprocal_of_cpu_time() -> None:
    """With the ends of the interval changing places; throughput alone has them."""
    rounds = {number: record(50_000 + 1_000 * number) for number in range(6)}
    found = cell_values.estimates(rounds, Workload(connections=16))
    cpu, rate = found["server_cpu"], found["throughput_per_core"]
    assert (rate.value * cpu.value, rate.low * cpu.high, rate.high * cpu.low) == pytest.approx((1e9,) * 3)
    assert "throughput_per_core" not in cell_values.estimates(rounds, Workload())


def test_fewer_turns_are_held_against_those_of_their_blocks() -> None:
    """Eight turns against forty: each with the one that lies in the middle of its five."""
    many = msgspec.structs.replace(record(50_000), medians_ns=tuple(range(1_000, 1_040)))
    few = msgspec.structs.replace(record(50_000), medians_ns=tuple(range(1_002, 1_042, 5)))
    assert cell_values.log_ratios({0: many}, {0: few}, "rtt_p50") == pytest.approx([0.0])
    assert cell_values.log_ratios({0: few}, {0: many}, "rtt_p50") == pytest.approx([0.0])


def test_many_connections_have_metrics_where_every_round_has_them() -> None:
    """Bytes a connection and connections a second, with units; not from seven rounds out of eight."""
    crowd = ConnectionCost(100, 50_000_000, ((0, 0), (1, 1_000), (100, 100_000)), held=200)
    rounds = {number: msgspec.structs.replace(record(50_000), crowd=crowd) for number in range(4)}
    found = cell_values.estimates(rounds, Workload(connections=16))
    assert found["connect_rate"].value == pytest.approx(2_000)
    assert found["rss_per_connection"].value == pytest.approx(1_000)
    assert found["held_per_connection"].value == pytest.approx(2)
    assert {"connect_rate", "rss_per_connection", "held_per_connection"} <= set(METRICS)
    assert "connect_rate" not in cell_values.estimates(
        {**rounds, 4: record(50_000)}, Workload(connections=16)
    )
