"""HdrHistogram's readers in two languages read a log, and find the numbers of the tables."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from exported import counts, reference, table
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from loads import load_run_of, plan_of, round_of, step_of
from msgspec.structs import replace
from wsbench.errors import UsageError
from wsbench.exporters.hdr_log import hdr_log, tag_of
from wsbench.stats.estimate import estimate_log
from wsbench.stats.histogram import HIGHEST_NS, encode
from wsbench.workflow.shown import shown_of

PACKAGE = "hdr-histogram-js@3.0.1"
READ = """
const hdr = require("hdr-histogram-js");
const reader = new hdr.HistogramLogReader(require("fs").readFileSync(process.argv[2], "utf8"));
const found = [];
for (let one; (one = reader.nextIntervalHistogram()) !== null; )
  found.push([one.tag, one.startTimeStampMsec, one.endTimeStampMsec, one.totalCount,
              one.getValueAtPercentile(50), one.getValueAtPercentile(99), one.maxValue]);
console.log(JSON.stringify(found));
"""


def read(path: Path) -> list[HdrHistogram]:
    """Return every histogram of a log."""
    reader = HistogramLogReader(str(path), HdrHistogram(1, HIGHEST_NS, 3))
    found = []
    while (one := reader.get_next_interval_histogram()) is not None:
        found.append(one)
    return found


def seen(found: Sequence[Any]) -> list[list[object]]:
    """Return what both readers can be asked for."""
    return [
        [
            one.get_tag(),
            one.get_start_time_stamp(),
            one.get_end_time_stamp(),
            one.get_total_count(),
            one.get_value_at_percentile(50),
            one.get_value_at_percentile(99),
            one.get_max_value(),
        ]
        for one in found
    ]


def near(histogram: HdrHistogram, percentile: float) -> set[float]:
    """Return the values at a percentile and one rank beside it."""
    rank = 100 / histogram.get_total_count()
    return {histogram.get_value_at_percentile(percentile + rank * one) for one in (-1, 0, 1)}


def test_pythons_reader_finds_the_numbers_of_the_tables(tmp_path: Path) -> None:
    """The p50 over the rounds of each cell, to the three digits of a histogram."""
    path = tmp_path / "a.hlog"
    path.write_text(hdr_log(reference()))
    rounds: dict[str, list[float]] = {}
    for one in read(path):
        rounds.setdefault(one.get_tag(), []).append(one.get_value_at_percentile(50))
    names = {name: row for name, row in table().items() if row["metric"] == "rtt_p50"}
    assert len(names) == len(rounds) == 23
    for name, row in names.items():
        values = rounds[tag_of(name.removesuffix(": rtt_p50"))]
        assert len(values) == 8
        assert estimate_log(values).value == pytest.approx(float(row["value"]), rel=2e-3)


def test_javascripts_reader_agrees(tmp_path: Path) -> None:
    """On tags, times, counts, the longest value, and on percentiles but for how their ranks are rounded."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("npm or node is not installed")
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(tmp_path), PACKAGE]
    installed = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if installed.returncode:
        pytest.skip(f"npm can't install {PACKAGE}: {installed.stderr.strip()[:200]}")
    path, script = tmp_path / "a.hlog", tmp_path / "read.js"
    path.write_text(hdr_log(reference()))
    script.write_text(READ)
    done = subprocess.run(["node", script, path], cwd=tmp_path, capture_output=True, text=True, check=True)
    theirs, ours = json.loads(done.stdout), read(path)
    assert len(theirs) == len(ours) == 23 * 8
    for one, histogram, other in zip(theirs, ours, seen(ours), strict=True):
        assert one[0] == other[0]
        assert [*one[1:4], one[6]] == pytest.approx([*other[1:4], other[6]])
        assert one[4] in near(histogram, 50)
        assert one[5] in near(histogram, 99)


def test_a_tag_has_no_comma_and_no_space() -> None:
    """Either would end it, and a thousand has a comma."""
    assert tag_of("a, b by wire", "64 B text, 1,000 connections") == "a/b_by_wire/64_B_text/1000_connections"


def test_steps_of_a_load_run_have_their_times(tmp_path: Path) -> None:
    """Response times where messages were due, one step after the other; a rate that was missed has none."""
    plan = plan_of(rates=(1_000.0, 2_000.0, 3_000.0), rounds=2)
    times = encode([1_000_000] * 500)
    rounds = [
        round_of(
            [
                replace(step_of(n, 1_000.0, 1.0), response=times),
                replace(step_of(n, 2_000.0, 1.0), response=times, missed="late"),
                replace(step_of(n, 3_000.0, 1.0), response=times),
            ],
            number=n,
            seconds=9.0,
        )
        for n in range(2)
    ]
    path = tmp_path / "a.hlog"
    path.write_text(hdr_log(shown_of(load_run_of(plan, rounds))))
    found = seen(read(path))
    began = found[0][1]
    tag = "tornado_by_wire/64_B_text/16_connections/depth_1/at_{}_msg/s/response"
    assert [(one[0], one[1] - began, one[2] - one[1], one[3]) for one in found] == [  # type: ignore[operator]
        (tag.format(1000), 0.0, 2000.0, 500),
        (tag.format(3000), 5000.0, 2000.0, 500),
        (tag.format(1000), 9000.0, 2000.0, 500),
        (tag.format(3000), 14000.0, 2000.0, 500),
    ]


def test_what_has_no_distribution_is_refused() -> None:
    """Counts are of no time."""
    with pytest.raises(UsageError, match="no distribution of times"):
        hdr_log(counts())
