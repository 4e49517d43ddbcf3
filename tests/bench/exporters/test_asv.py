"""asv shows and compares results in its folder as the numbers of our tables."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from asv.util import human_value
from exported import REFERENCE, later, ran, reference, table
from wsbench.exporters.asv import Commit, asv
from wsbench.workflow.asv_folder import write_folder

SETTINGS = {"version": 1, "project": "mine", "repo": ".", "branches": ["HEAD"], "results_dir": "results"}
GIT = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a repository of two commits with settings of asv."""
    for words in (["init"], ["commit", "-m", "a", "--allow-empty"], ["commit", "-m", "b", "--allow-empty"]):
        subprocess.run(["git", *GIT, *words], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "asv.conf.json").write_text(json.dumps(SETTINGS))
    return tmp_path


def test_show_has_the_numbers_of_the_tables(project: Path) -> None:
    """Written by the command line for two commits: in asv's own digits, of rates the time for one message."""
    for word in ("asv", "asv:HEAD~1"):
        stored = REFERENCE / "default.jsonl"
        ran("wsbench", "report", stored, "--format", "csv", "--write", f"{word}=results", folder=project)
    said = ran("asv", "show", "HEAD", folder=project, PYTHONIOENCODING="utf-8")
    values = dict(re.findall(r"^(\S.*: \w+) \[.*\]\n  (\S+)$", said, re.MULTILINE))
    assert len(values) == 64
    for name, value in values.items():
        row = table()[name]
        own = 1 / float(row["value"]) if row["unit"] == "msg/s" else float(row["value"]) / 1e9
        assert value == human_value(own, "seconds")
    assert "64 B text" in ran("asv", "compare", "HEAD~1", "HEAD", folder=project, PYTHONIOENCODING="utf-8")


def test_two_commits_are_compared_by_name(project: Path) -> None:
    """Benchmarks of two runs meet; none is on one side only."""
    for name, shown in (("HEAD~1", reference()), ("HEAD", later())):
        words = ["git", "rev-parse", name]
        digits = subprocess.run(words, cwd=project, check=True, capture_output=True, text=True).stdout.strip()
        write_folder(project / "results", asv(shown, Commit(digits, 1_700_000_000)), 0o644)
    said = ran("asv", "compare", "HEAD~1", "HEAD", folder=project, PYTHONIOENCODING="utf-8")
    lines = [line for line in said.splitlines() if ": " in line and line.startswith("|")]
    assert len(lines) == 64
    assert "n/a" not in said
    changed = {line.split("|")[-2].strip() for line in lines if line.startswith("| - ")}
    assert changed
    assert all(one.startswith("tornado by ") for one in changed)
