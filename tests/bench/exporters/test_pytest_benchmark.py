"""pytest-benchmark reads a run, and shows the numbers of its tables."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from exported import counts, later, ran, reference, table
from load_runs import load_run
from runs import run_of
from wsbench.errors import UsageError
from wsbench.exporters.pytest_benchmark import pytest_benchmark
from wsbench.workflow.shown import shown_of

NAME = "tornado by wire, 64 B text, 1 connection, depth 1: rtt_p50"
TEST = f"""
def test_it(benchmark):
    benchmark.fullname = "wsbench::{NAME}"
    benchmark.pedantic(lambda: None, rounds=3)
"""
SAVED = r"Name \(time in (\w+)\).*^test_it \([^)]*now\) +\S+ \S+ +([\d,.]+)"


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Path]:
    """Write both runs."""
    paths = tmp_path / "now.json", tmp_path / "later.json"
    for path, shown in zip(paths, (reference(), later()), strict=True):
        path.write_text(pytest_benchmark(shown))
    return paths


def test_compare_shows_the_numbers_of_the_tables(tmp_path: Path, stored: tuple[Path, Path]) -> None:
    """Each mean is a number of our table, and of a rate its OPS are."""
    ran("pytest_benchmark", "compare", "--columns=mean,ops", "--csv=out.csv", stored[0], folder=tmp_path)
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert len(rows) == 64
    for one in rows:
        name = one["name"].removeprefix("wsbench::")
        known = float(table()[name]["value"])
        seen = float(one["ops"]) if name.endswith("throughput") else float(one["mean"]) * 1e9
        assert seen == pytest.approx(known)


def test_two_runs_meet_under_the_same_names(tmp_path: Path, stored: tuple[Path, Path]) -> None:
    """Grouped by full name, each group has both."""
    words = ("--columns=mean", "--group-by=fullname")
    said = ran("pytest_benchmark", "compare", *words, *stored, folder=tmp_path)
    assert re.findall(r"benchmark '.*': (\d+) tests", said) == ["2"] * 64


def test_a_session_of_pytest_is_compared_with_it(tmp_path: Path, stored: tuple[Path, Path]) -> None:
    """A test of the same full name stands beside the number of our table."""
    (tmp_path / "test_it.py").write_text(TEST)
    words = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--benchmark-compare={stored[0]}")
    said = ran("pytest", *words, "--benchmark-columns=max,mean", "test_it.py", folder=tmp_path)
    assert "1 passed" in said
    shown = re.search(SAVED, said, re.DOTALL | re.MULTILINE)
    assert shown, said
    unit = {"ns": 1.0, "us": 1e3, "ms": 1e6}[shown[1]]
    known = float(table()[NAME]["value"])
    assert float(shown[2].replace(",", "")) * unit == pytest.approx(known, rel=1e-3)


def test_one_round_has_no_spread() -> None:
    """It is no reason for a null, which pytest-benchmark can't read."""
    assert '"stddev": 0.0' in pytest_benchmark(shown_of(run_of({"tornado": 60.0}, rounds=1)))


def test_rates_and_counts_are_refused() -> None:
    """In one line, where nobody could tell it before."""
    for shown in (shown_of(load_run()), counts()):
        with pytest.raises(UsageError, match=r"^pytest-benchmark is for servers side by side"):
            pytest_benchmark(shown)
