"""`report`: print what was stored; and what every verb prints of a run."""

from __future__ import annotations

import sys
from pathlib import Path

from ..analysis.load import analyse_load
from ..analysis.run import analyse
from ..errors import UsageError
from ..exits import INVALID, code_of_load
from ..records.load import LoadRun
from ..records.run import Run
from ..report.load import FORMATS as LOAD_FORMATS
from ..report.run import FORMATS
from ..storage.results import StoreError, read_any
from ..targets.catalogue import choose


def show(run: Run, form: str) -> int:
    """Print a run in a format; return the exit code its content calls for."""
    analysis = analyse(run)
    sys.stdout.write(FORMATS[form](analysis))
    sys.stdout.flush()
    return INVALID if analysis.invalid else 0


def report_file(file: Path | None, form: str) -> int:
    """Print a stored run, by default the newest; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    path = file or max(Path("results").glob("*.jsonl"), default=None)
    if path is None:
        raise UsageError("there is no result file in results/ yet: wsbench run")
    try:
        run = read_any(path)
    except StoreError as problem:
        raise UsageError(str(problem)) from None
    if isinstance(run, Run):
        return show(run, form)
    return show_load(run, form)


def show_load(run: LoadRun, form: str, *, strict: bool = False) -> int:
    """Print a load run in a format; return the exit code its content calls for."""
    analysis = analyse_load(run)
    sys.stdout.write(LOAD_FORMATS[form](analysis))
    sys.stdout.flush()
    return code_of_load(analysis.outcome, strict=strict)
