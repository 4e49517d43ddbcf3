"""One stored result for the tests of what other programs get, and its numbers as CSV has them."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from wsbench.exporters.shown import Shown
from wsbench.plan.run import Cell
from wsbench.records.count import CountRun
from wsbench.records.run import Run
from wsbench.storage.results import read_any
from wsbench.workflow.shown import shown_of

REFERENCE = Path(__file__).parents[2] / "results" / "reference"


@cache
def reference() -> Shown:
    """Return the stored run of the reference."""
    return shown_of(read_any(REFERENCE / "default.jsonl"))


@cache
def later() -> Shown:
    """Return a run of newer servers on another day: tornado is as fast as websockets was in the other."""
    run = reference().sources[0].run
    assert isinstance(run, Run)
    cells = run.header.plan.cells
    better = {
        cells.index(Cell("websockets", one.client, one.workload)): index
        for index, one in enumerate(cells)
        if one.server == "tornado"
    }
    newer = []
    for one in run.rounds:
        others = [record for record in one.cells if cells[record.cell].server != "tornado"]
        instead = [replace(record, cell=better[record.cell]) for record in others if record.cell in better]
        servers = {name: replace(proof, version="99.1") for name, proof in one.servers.items()}
        newer.append(replace(one, cells=(*others, *instead), servers=servers))
    header = replace(run.header, started="2026-12-05T10:00:00+00:00", label="later")
    return shown_of(replace(run, header=header, rounds=tuple(newer)))


@cache
def counts() -> Shown:
    """Return the stored counts of the reference."""
    found = read_any(REFERENCE / "counts.jsonl.gz")
    assert isinstance(found, CountRun)
    return shown_of(found)


@cache
def table(shown: Any = reference) -> dict[str, dict[str, str]]:
    """Return the lines of a result's CSV by the names that other programs see."""
    rows = csv.DictReader(io.StringIO(shown().text("csv")))
    return {f"{who(one)}, {what(one)}: {one['metric']}": one for one in rows}


def who(row: dict[str, str]) -> str:
    """Return server and client of a line."""
    return f"{row['server']} by {row['client']}" if row["client"] else row["server"]


def what(row: dict[str, str]) -> str:
    """Return the workload of a line."""
    plural = "" if row["connections"] == "1" else "s"
    return f"{row['size']} B {row['kind']}, {row['connections']} connection{plural}, depth {row['depth']}"


def ran(*words: str | Path, folder: Path, code: int = 0, **environment: str) -> str:
    """Run a program of this environment in a folder; return what it printed. It ends with `code`."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=folder,
        env={**outside, "COLUMNS": "300", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
