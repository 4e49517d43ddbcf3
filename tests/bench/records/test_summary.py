"""From the slices of a cell to its record."""

import pytest
from wsbench.records.common import Handshake
from wsbench.records.run import ConnectionCost
from wsbench.records.slices import Slice, numbers
from wsbench.records.summary import summarise
from wsbench.stats.histogram import decode

ONE = Slice(
    numbers([100, 300, 200]), elapsed=600, exchanged=5, busy=900, server_cpu=70, client_cpu=80, flown=1_200
)
TWO = Slice(
    numbers([400, 1_000]), elapsed=1_400, exchanged=4, busy=1_500, server_cpu=30, client_cpu=20, flown=1_500
)


def test_slices_are_pooled():
    """Counts and times add up, the mean and the maximum are over all round trips."""
    found = summarise(7, [ONE, TWO], Handshake(subprotocol="chat"))
    assert (found.cell, found.handshake.subprotocol) == (7, "chat")
    assert (found.latencies, found.exchanged, found.elapsed_ns, found.busy_ns) == (5, 9, 2_000, 2_400)
    assert (found.mean_ns, found.max_ns) == (400, 1_000)
    assert (found.server_cpu_ns, found.client_cpu_ns, found.flown_ns) == (100, 100, 2_700)
    assert decode(found.histogram).get_total_count() == 5


def test_each_slice_keeps_its_median_rate_and_server_cpu():
    """Medians (ns), rates (msg/s) and server CPU (ns per exchanged message) are one per slice, in order."""
    found = summarise(0, [ONE, TWO], Handshake())
    assert found.medians_ns == (200, 700)
    assert found.rates == pytest.approx((3 / 600e-9, 2 / 1_400e-9))
    assert found.server_cpus_ns == (70 / 5, 30 / 4)


@pytest.mark.parametrize("sort", [sorted, reversed])
def test_quantiles_are_over_the_pool(sort: object):
    """The quantile is of all round trips together, whatever slice they came in."""
    values = list(sort(range(1, 301)))  # type: ignore[operator]
    slices = [Slice(numbers(values[at : at + 100]), elapsed=1) for at in (0, 100, 200)]
    assert summarise(0, slices, Handshake()).quantiles_ns == pytest.approx({"p50": 150.5, "p90": 270.1})


def test_unknown_server_cpu_stays_unknown():
    """One slice without the server's CPU time makes the sum unknown, not smaller."""
    blind = Slice(numbers([1]), elapsed=1, exchanged=1, server_cpu=None)
    found = summarise(0, [ONE, blind], Handshake())
    assert (found.server_cpu_ns, found.server_cpus_ns) == (None, ())


def test_no_slices_are_refused():
    """A cell without slices has no record."""
    with pytest.raises(ValueError, match="cell 3 has no slices"):
        summarise(3, [], Handshake())


def test_what_connections_cost_is_kept_as_it_is():
    """What many connections cost stands in the record, nothing where there were few."""
    cost = ConnectionCost(100, 5, ((0, 1), (100, 2)), 3)
    assert summarise(0, [ONE], Handshake(), cost=cost).crowd == cost
    assert summarise(0, [ONE], Handshake()).crowd is None
