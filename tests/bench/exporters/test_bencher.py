"""The Bencher Metric Format, held against its documented schema: its server can't run here."""

from __future__ import annotations

import json
import re

import pytest
from exported import counts, reference, table
from wsbench.exporters.bencher import BUILT_IN, bencher, measure
from wsbench.plan.metrics import METRICS

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


@pytest.mark.parametrize("make", [reference, counts])
def test_each_number_is_a_measure_of_its_benchmark(make: object) -> None:
    """With both ends of its interval."""
    metrics = {measure(name): name for name in METRICS}
    found = json.loads(bencher(make()))  # type: ignore[operator]
    rows = table(make)
    assert sum(map(len, found.values())) > 20
    for benchmark, measures in found.items():
        assert len(benchmark) <= 1024
        for name, value in measures.items():
            row = rows[f"{benchmark}: {metrics[name]}"]
            ends = {"lower_value": row["low"], "upper_value": row["high"]}
            known = {"value": row["value"], **{key: end for key, end in ends.items() if end}}
            assert value == {key: float(text) for key, text in known.items()}


def test_measures_are_slugs_of_their_own() -> None:
    """Those that every project has are in the units that it has them in."""
    slugs = [measure(name) for name in METRICS]
    assert len({*slugs}) == len(slugs)
    assert all(SLUG.match(one) and len(one) <= 64 for one in slugs)
    assert {name: METRICS[name].unit for name in BUILT_IN} == {"rtt_p50": "ns", "throughput": "msg/s"}
