"""What numbers become for programs that take less for better."""

from __future__ import annotations

import pytest
from exported import reference
from wsbench.exporters.figures import entries
from wsbench.exporters.units import less_is_better, seconds
from wsbench.plan.metrics import METRICS


def test_less_is_better_in_seconds_bytes_and_counts() -> None:
    """Rates become the time for one; shares and what is 0 have none."""
    units = {one.metric: less_is_better(one.figure.unit) for one in entries(reference())}
    assert {name: found and found[0] for name, found in units.items()} == {
        **dict.fromkeys(("rtt_p50", "rtt_p90", "rtt_p99", "rtt_p99.9", "rtt_mean", "rtt_max"), "s"),
        **dict.fromkeys(("throughput", "throughput_per_core", "server_cpu", "client_cpu", "over_floor"), "s"),
        "rtt_slowest": "s",
        "rss": "B",
        **dict.fromkeys(("ratio", "jain"), None),
    }
    assert seconds("ns", 2_000.0) == pytest.approx(2e-6)
    assert seconds("msg/s", 4.0) == pytest.approx(0.25)
    assert seconds("msg/s", 0.0) is None
    assert seconds("share", 0.5) is None


def test_what_has_no_such_unit_has_no_better() -> None:
    """What can be gated has one, but for the share of messages that failed."""
    without = {name for name, one in METRICS.items() if less_is_better(one.unit) is None}
    assert {name for name in without if METRICS[name].gate != "never"} <= {"errors"}
