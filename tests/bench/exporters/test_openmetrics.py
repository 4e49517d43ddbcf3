"""Prometheus' parser of OpenMetrics reads a result, and finds the numbers of its tables."""

from __future__ import annotations

import pytest
from exported import counts, reference, table
from load_runs import load_run
from prometheus_client import parser as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from wsbench.exporters.openmetrics import UNITS, openmetrics
from wsbench.plan.metrics import METRICS
from wsbench.workflow.shown import shown_of


@pytest.mark.parametrize(
    "make", [reference, counts, lambda: shown_of(load_run())], ids=["run", "counts", "load"]
)
def test_the_parser_reads_every_family_once(make: object) -> None:
    """In order, with type and unit, and each sample once; so does the parser of the older format."""
    families = list(text_string_to_metric_families(openmetrics(make())))  # type: ignore[operator]
    assert len({one.name for one in families}) == len(families) > 3
    samples = [(one.name, tuple(sorted(one.labels.items()))) for family in families for one in family.samples]
    assert len({*samples}) == len(samples)
    assert {one.type for one in families} == {"gauge"}
    older = list(text.text_string_to_metric_families(openmetrics(make())))  # type: ignore[operator]
    assert [(one.name, one.samples) for one in older] == [(one.name, one.samples) for one in families]


@pytest.mark.parametrize("make", [reference, counts])
def test_its_numbers_are_those_of_the_tables(make: object) -> None:
    """In base units, with both ends of each interval."""
    families = text_string_to_metric_families(openmetrics(make()))  # type: ignore[operator]
    found = {
        (one.name, one.labels["server"], one.labels.get("client", ""), one.labels["workload"]): one.value
        for family in families
        for one in family.samples
        if "workload" in one.labels
    }
    known = {}
    for name, row in table(make).items():
        unit, divisor = UNITS[row["unit"]]
        workload = name.partition(", ")[2].rpartition(": ")[0]
        for part, end in (("", "value"), ("low_", "low"), ("high_", "high")):
            if row[end]:
                family = f"wsbench_{row['metric'].replace('.', '_')}_{part}{unit}"
                known[family, row["server"], row["client"], workload] = float(row[end]) / divisor
    assert found == pytest.approx(known)


def test_every_unit_has_its_word() -> None:
    """A metric that is added needs one."""
    assert {one.unit for one in METRICS.values()} <= UNITS.keys()
