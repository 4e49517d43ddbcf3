"""What `compare` and `check` share: measure to decide, and say it wherever it is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import output
from ..analysis.count import CountAnalysis
from ..analysis.load import LoadAnalysis
from ..errors import UsageError
from ..exits import STOPPED, code_of
from ..exporters import github
from ..exporters.comment import comment
from ..exporters.junit import junit
from ..exporters.shown import AnyAnalysis, Shown
from ..exporters.summary import STEP, summary
from ..records.load import LoadRun
from ..records.run import Run
from ..rendering.columns import Table
from ..report.count import count_tables
from ..report.formats import markdown_table
from ..report.load_tables import load_table
from ..report.tables import tables
from ..storage.modes import mode_for
from ..storage.reading import name_of
from ..storage.results import StoreError, read_any
from ..storage.writing import STANDARD, try_out, write_out
from ..targets.told_command import told_command
from ..verdicts.judgement import Judgement, judge
from .forms import Forms, give, read_forms, try_forms
from .shown import AnyRun, shown_with

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


class Wishes(msgspec.Struct, frozen=True):
    """How the user wants a judgement: its margins as typed (before the project's), where it goes, as what."""

    margins: tuple[str, ...] = ()
    strict: bool = False
    out: Path = Path("results")
    form: str = "table"
    junit: Path | None = None
    comment: Path | None = None
    quiet: bool = False
    flame: Path | None = None
    write: tuple[str, ...] = ()

    @property
    def forms(self) -> Forms:
        """The formats that were asked for. Raises `UsageError`."""
        return read_forms(Judgement, self.form, self.write)


def prepare(wishes: Wishes, inputs: Sequence[Path] = ()) -> None:
    """Find out now what would be in the way of publishing a judgement later; older files of its names go.

    Raises `UsageError`, also where a file is one of the inputs, or is to be written twice.
    """
    forms = wishes.forms
    taken = {path.resolve() for path in inputs if path != STANDARD}
    for option, path in (("junit", wishes.junit), ("comment", wishes.comment), ("flame", wishes.flame)):
        if path and path.resolve() in taken:
            raise UsageError(f"--{option} {path} would replace a file that is read, or written to as well")
        if path:
            try_out(path, f"--{option}")
            taken |= {path.resolve()} if path != STANDARD else set()
    try_forms(forms, [*inputs, wishes.junit, wishes.comment, wishes.flame])
    if file := os.environ.get(SUMMARY_VARIABLE):
        try_out(Path(file), SUMMARY_VARIABLE, append=True)


def judge_and_publish(run: Run, wishes: Wishes) -> int:
    """Judge a run whose plan has a comparison, and publish that; return the exit code."""
    code = publish(judged(run), run, wishes)
    return STOPPED if run.interrupted else code


def judged(run: Run) -> Judgement:
    """Return what a run decides that was made to decide something."""
    judgement = judge(run)
    assert judgement  # the plan has a comparison
    return judgement


def read_finished(path: Path) -> AnyRun:
    """Read a result file of any kind that has rounds. Raises `UsageError`."""
    run = read_any(path)
    if not run.rounds:
        raise UsageError(f"{name_of(path)} holds no finished round")
    return run


def read(path: Path) -> Run:
    """Read the result file of servers side by side that has rounds. Raises `UsageError`."""
    run = read_finished(path)
    if isinstance(run, Run):
        return run
    name, kind = name_of(path), "a load run" if isinstance(run, LoadRun) else "counts"
    raise UsageError(f"{name} is of {kind}, not of servers side by side: wsbench report {name}")


def publish(judgement: Judgement, run: AnyRun, wishes: Wishes, older: Sequence[AnyRun] = ()) -> int:
    """Print a judgement, and hand it to whatever runs us; return the exit code.

    It is of `run`, whose tables are shown with it, and of `older` ones. Printing comes first: the verdict is
    said whatever becomes of the files.
    """
    mode = mode_for(*(one.header.plan for one in (*older, run)))
    shown = msgspec.structs.replace(shown_with(judgement, [*older, run]), strict=wishes.strict)
    give(wishes.forms, shown)
    if wishes.junit:
        write_result(wishes.junit, junit(judgement, strict=wishes.strict), mode)
    _for_reviewers(judgement, shown, wishes, mode)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        sys.stderr.write(github.annotations(judgement, strict=wishes.strict))
    return code_of(judgement.word, strict=wishes.strict, whole=judgement.whole)


def _for_reviewers(judgement: Judgement, shown: Shown, wishes: Wishes, mode: int) -> None:
    """Write the comment that was asked for, and the summary of a step where there is one."""
    file = os.environ.get(SUMMARY_VARIABLE)
    if not (wishes.comment or file):
        return
    command = told_command(sys.argv[1:])
    tables = [(table.title, markdown_table(table)) for table in _tables(shown.sources[-1].analysis)]
    told = {"command": command.line, "to_fill_in": command.to_fill_in}
    if wishes.comment:
        text = comment(judgement, name=wishes.comment.stem, tables=tables, **told)
        write_result(wishes.comment, text, mode)
    if file:
        used = Path(file).stat().st_size if Path(file).exists() else 0
        place = STEP._replace(limit=STEP.limit - used)
        write_result(Path(file), summary(judgement, tables=tables, place=place, **told), mode, append=True)


def _tables(analysis: AnyAnalysis) -> list[Table]:
    if isinstance(analysis, CountAnalysis):
        return count_tables(analysis, None, wide=True)
    if isinstance(analysis, LoadAnalysis):
        return [load_table(analysis, None, wide=True)]
    return tables(analysis, wide=True)


def write_result(path: Path, text: str, mode: int, *, append: bool = False) -> None:
    """Write a file that was tried; where that fails all the same the verdict stands, and it is told."""
    try:
        write_out(path, text, append=append, mode=mode)
    except OSError as problem:
        output.lose(f"can't write to {path}: {problem.strerror}")
    except StoreError as problem:
        output.lose(str(problem))
