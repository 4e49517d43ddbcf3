"""`report`: print what was stored; and what every verb prints of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .. import output
from ..analysis.count import analyse_counts
from ..analysis.load import analyse_load
from ..analysis.run import analyse
from ..analysis.side_by_side import put_side_by_side
from ..errors import UsageError
from ..exits import FINE, INVALID, code_of_load
from ..records.count import CountRun
from ..records.load import LoadRun
from ..records.run import Run
from ..report.count import FORMATS as COUNT_FORMATS
from ..report.load import FORMATS as LOAD_FORMATS
from ..report.run import DETAILED, FORMATS
from ..report.side_by_side import FORMATS as SIDE_BY_SIDE
from ..storage.naming import found, results_in, short_name
from ..storage.results import read_any
from ..targets.catalogue import choose

RESULTS = Path("results")


def show(run: Run, form: str, *, details: bool = False) -> int:
    """Print a run in a format, with all tables if `details`; return the exit code its content calls for."""
    analysis = analyse(run)
    output.write((DETAILED if details else FORMATS)[form](analysis))
    return INVALID if analysis.invalid else FINE


def show_load(run: LoadRun, form: str, *, strict: bool = False) -> int:
    """Print a load run in a format; return the exit code its content calls for."""
    analysis = analyse_load(run)
    output.write(LOAD_FORMATS[form](analysis))
    return code_of_load(analysis.outcome, strict=strict)


def show_counts(run: CountRun, form: str) -> int:
    """Print counts in a format; return the exit code their content calls for."""
    output.write(COUNT_FORMATS[form](analyse_counts(run)))
    failed = run.closing is not None and run.closing.status in {"failed", "incomplete"}
    return INVALID if failed or not run.rounds else FINE


def show_any(run: Run | LoadRun | CountRun, form: str, *, strict: bool = False, details: bool = False) -> int:
    """Print a run of any kind in a format; return the exit code its content calls for."""
    if isinstance(run, CountRun):
        return show_counts(run, form)
    if isinstance(run, Run):
        return show(run, form, details=details)
    return show_load(run, form, strict=strict)


def report_files(paths: Sequence[Path], form: str, *, details: bool = False) -> int:
    """Print a stored run, by default the newest, or several side by side; return the exit code.

    Raises `UsageError`.
    """
    choose("format", form, FORMATS)
    if len(paths) > 1 and form not in SIDE_BY_SIDE:
        raise UsageError(f"--format {form} is for one file; several side by side: {', '.join(SIDE_BY_SIDE)}")
    if not paths and not results_in(RESULTS):
        raise UsageError("there is no result file in results/ yet: wsbench run")
    files = found(paths or [RESULTS])
    runs = [read_any(file) for file in files]
    if len(runs) > 1:
        timed = [run for run in runs if not isinstance(run, CountRun)]
        if len(timed) < len(runs):
            raise UsageError("counts are held against each other by: wsbench compare A.jsonl B.jsonl")
        shown = put_side_by_side(list(zip(_names(files), timed, strict=True)))
        output.write(SIDE_BY_SIDE[form](shown))
        return INVALID if shown.invalid else FINE
    return show_any(runs[0], form, details=details)


def _names(files: Sequence[Path]) -> list[str]:
    """Return what each file is called in a table: its short name where no other file has it."""
    short = Counter(map(short_name, files))
    return [name if short[name := short_name(file)] == 1 else str(file) for file in files]
