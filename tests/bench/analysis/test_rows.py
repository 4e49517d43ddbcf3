"""Lines of the tables of a run."""

from __future__ import annotations

import pytest
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload


def test_multiples_are_of_the_reference_that_of_the_main_metric_first() -> None:
    """Of the p50 and what stands beside it; the reference has none of itself."""
    rows = {row.server: row for row in analyse(run_of({"tornado": 60.0, "aiohttp": 45.0})).groups[0].rows}
    found = rows["aiohttp"].ratios
    assert list(found) == ["rtt_p50", "rtt_p99", "server_cpu"]
    assert [round(ratio.value, 3) for ratio in found.values()] == [0.75] * 3
    assert rows["aiohttp"].ratio == found["rtt_p50"]
    assert (rows["tornado"].ratios, rows["tornado"].ratio) == ({}, None)


@pytest.mark.parametrize("server", ["tornado", "aiohttp"])
def test_what_has_no_number_has_no_multiple_and_is_none(server: str) -> None:
    """Where one of the two has no number there is no multiple at all."""
    run = run_of({"tornado": 60.0, "aiohttp": 45.0}, workloads=[Workload(connections=16)])
    assert any(row.ratios for row in analyse(run).groups[0].rows)
    failed = run_of({"tornado": 60.0, "aiohttp": 45.0}, failures={server: "it died"})
    assert not any(row.ratios for row in analyse(failed).groups[0].rows)
