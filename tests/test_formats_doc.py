"""What docs/formats.md promises is true: its commands run, and its table is that of the program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from wsbench.analysis.count import CountAnalysis
from wsbench.analysis.load import LoadAnalysis
from wsbench.analysis.run import Analysis
from wsbench.verdicts.judgement import Judgement
from wsbench.workflow.formats import FORMATS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "formats.md").read_text()
SETTINGS = '{"version": 1, "project": "p", "repo": ".", "branches": ["HEAD"], "results_dir": ".asv/results"}'
GIT = "git -c user.name=a -c user.email=a@example.org"


def test_its_commands_run(tmp_path: Path) -> None:
    """One after the other, as somebody would who follows it, in a project with two commits."""
    blocks = re.findall(r"<!-- run -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 5
    for name in ("old.jsonl", "new.jsonl"):
        shutil.copy(ROOT / "results" / "reference" / "default.jsonl", tmp_path / name)
    (tmp_path / "asv.conf.json").write_text(SETTINGS)
    commits = f"git init -q\n{GIT} commit -qm a --allow-empty\n{GIT} commit -qm b --allow-empty\n"
    done = subprocess.run(
        ["bash", "-e", "-c", commits + "".join(blocks)],
        cwd=tmp_path,
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith("PYTEST")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = {"old.json", "new-pyperf.json", "wsbench.prom", "old.parquet", ".asv"}
    assert made <= {one.name for one in tmp_path.iterdir()}


def test_every_format_has_its_line_and_its_readers_version() -> None:
    """Those that were run are those that are installed here."""
    listed = re.findall(r"^\| (`[a-z].*?) \| .* \| (.*) \|$", TEXT, re.MULTILINE)
    known = {"table", "markdown", "csv", "json", "html", "svg", "png"}
    named = {word for names, _ in listed for word in re.findall(r"`([\w-]+)`", names)}
    assert named == FORMATS.keys() - known
    readers = [re.match(r"([\w-]+) (\d[\d.]*)", checked) for _, checked in listed]
    found = [one for one in readers if one]
    assert len(found) == len(listed) - 2
    assert all(version(one[1]) == one[2].rstrip(".") for one in found)


def test_of_which_results_each_can_be_had_is_what_the_program_says() -> None:
    """All of them of a verdict, too."""
    words = {"runs": Analysis, "load runs": LoadAnalysis, "counts": CountAnalysis}
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]* \| ([a-z, ]*runs[a-z, ]*) \|", TEXT, re.MULTILINE)
    assert len(rows) == 7
    for name, kinds in rows:
        assert {*FORMATS[name].kinds} == {Judgement, *(words[one] for one in kinds.split(", "))}
