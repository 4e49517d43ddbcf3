"""pyperf reads a result, and shows the numbers of its tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from exported import counts, later, ran, reference, table
from load_runs import load_run
from wsbench.exporters.figures import compared
from wsbench.exporters.pyperf import pyperf
from wsbench.workflow.shown import shown_of

MEAN = r"^(\S[^\n]*: \w+)\n-+\n.*?^Mean \+- std dev: +([\d.]+) (\w+)"
CHANGED = r"^(tornado .*: \w+)\n=+\n\nMean .*: ([\d.]+)x faster$"
UNITS = {"sec": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def test_stats_show_the_numbers_of_the_tables(tmp_path: Path) -> None:
    """Pyperf's mean over rounds lies in our interval; our number stands beside it to the last digit."""
    (tmp_path / "a.json").write_text(pyperf(reference()))
    said = ran("pyperf", "stats", "a.json", folder=tmp_path)
    means = re.findall(MEAN, said, re.DOTALL | re.MULTILINE)
    assert len(means) == 64
    for name, value, unit in means:
        row = table()[name]
        low, high = float(row["low"]) / 1e9, float(row["high"]) / 1e9
        if row["unit"] == "msg/s":
            low, high = 1 / float(row["high"]), 1 / float(row["low"])
        assert low * 0.99 <= float(value) * UNITS[unit] <= high * 1.01, name
    told = ran("pyperf", "metadata", "a.json", "--quiet", folder=tmp_path)
    values = re.findall(r"- wsbench_value: (\S+)", told)
    assert len(values) == 64
    assert {float(one) for one in values} <= {float(row["value"]) for row in table().values()}


def test_compare_to_finds_each_benchmark_of_another_run(tmp_path: Path) -> None:
    """By its name: nothing is ignored, all are there, and how much they changed is what our tables say."""
    (tmp_path / "a.json").write_text(pyperf(reference()))
    (tmp_path / "b.json").write_text(pyperf(later()))
    said = ran("pyperf", "compare_to", "a.json", "b.json", "--verbose", folder=tmp_path)
    assert "Ignored" not in said
    assert "ERROR" not in said
    assert all(one.name in said for one in compared(reference()))
    changes = dict(re.findall(CHANGED, said, re.MULTILINE))
    assert len(changes) > 10
    for name, times in changes.items():
        others = name.replace("tornado", "websockets", 1)
        before, after = (float(table()[one]["value"]) for one in (name, others))
        ratio = after / before if name.endswith("throughput") else before / after
        assert float(times) == pytest.approx(ratio, rel=0.02)


def test_check_reads_it(tmp_path: Path) -> None:
    """It finds no value that is too short to be measured: a value is of many messages."""
    (tmp_path / "a.json").write_text(pyperf(reference()))
    said = ran("pyperf", "check", "a.json", folder=tmp_path)
    assert "shortest raw value" not in said


@pytest.mark.parametrize(
    ("make", "unit"), [(counts, "integer"), (lambda: shown_of(load_run()), "second")], ids=["counts", "load"]
)
def test_counts_and_rates_are_read_too(tmp_path: Path, make: object, unit: str) -> None:
    """Counts as numbers, times at rates in seconds."""
    text = pyperf(make())  # type: ignore[operator]
    assert f'"unit": "{unit}"' in text
    (tmp_path / "a.json").write_text(text)
    assert "Mean +- std dev" in ran("pyperf", "stats", "a.json", folder=tmp_path)
