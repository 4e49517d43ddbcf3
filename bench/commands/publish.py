"""What `compare` and `check` share: measure to decide, and say it wherever it is read."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import msgspec

from ..analysis.run import analyse
from ..errors import UsageError
from ..exits import STOPPED, code_of
from ..exporters import github
from ..exporters.junit import junit
from ..plan.run import Plan
from ..records.run import Run
from ..report.formats import markdown_table
from ..report.judgement import FORMATS
from ..report.tables import tables
from ..storage.results import StoreError, read_run
from ..targets.catalogue import choose
from ..verdicts.judgement import Judgement, judge
from .measure import measure


class Wishes(msgspec.Struct, frozen=True):
    """How the user wants a judgement: its margin in percent (None: the project's), where it goes, as what."""

    margin: float | None = None
    strict: bool = False
    out: Path = Path("results")
    form: str = "table"
    junit: Path | None = None
    quiet: bool = False


def prepare(wishes: Wishes) -> None:
    """Find out now what would be in the way of publishing a judgement later; an older JUnit file goes.

    Raises `UsageError`.
    """
    choose("format", wishes.form, FORMATS)
    if wishes.junit:
        _write(wishes.junit, "", "a")
        wishes.junit.unlink()


def measure_and_judge(plan: Plan, label: str, wishes: Wishes) -> int:
    """Measure a plan that has a comparison; return the exit code."""
    run = measure(plan, label=label, out=wishes.out, quiet=wishes.quiet)
    judgement = judge(run)
    assert judgement  # the plan has a comparison
    code = publish(judgement, run, wishes)
    return STOPPED if run.interrupted else code


def read(path: Path) -> Run:
    """Read a result file that has rounds. Raises `UsageError`."""
    try:
        run = read_run(path)
    except StoreError as problem:
        raise UsageError(str(problem)) from None
    if not run.rounds:
        raise UsageError(f"{path} holds no finished round")
    return run


def publish(judgement: Judgement, run: Run, wishes: Wishes) -> int:
    """Hand a judgement to whatever runs us, and print it; return the exit code."""
    if wishes.junit:
        _write(wishes.junit, junit(judgement, strict=wishes.strict), "w")
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        shown = [(table.title, markdown_table(table)) for table in tables(analyse(run), wide=True)]
        command = shlex.join(("wsbench", *sys.argv[1:]))
        used = Path(file).stat().st_size if Path(file).exists() else 0
        room = github.SUMMARY_BYTES - used
        _write(Path(file), github.summary(judgement, tables=shown, command=command, limit=room), "a")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        sys.stderr.write(github.annotations(judgement, strict=wishes.strict))
    try:
        sys.stdout.write(FORMATS[wishes.form](judgement))
        sys.stdout.flush()
    except BrokenPipeError:  # its reader has gone, as `| head` does; the verdict stands
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code_of(judgement.word, strict=wishes.strict, whole=judgement.whole)


def _write(path: Path, text: str, mode: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise UsageError(f"can't write to {path}: {problem.strerror}") from None
