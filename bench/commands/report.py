"""`report`: print what was stored; and what every verb prints of a run."""

from __future__ import annotations

import tempfile
import webbrowser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from .. import output
from ..analysis.count import CountAnalysis
from ..analysis.load import LoadAnalysis
from ..analysis.load_together import Together
from ..analysis.run import Analysis
from ..analysis.side_by_side import SideBySide, put_side_by_side
from ..errors import UsageError
from ..exits import FINE, INVALID, code_of_load
from ..exporters.shown import Said, Shown
from ..records.count import CountRun
from ..storage.naming import found, results_in, short_name
from ..storage.results import read_any
from ..storage.writing import STANDARD
from ..workflow.forms import Forms, give, read_forms, try_forms
from ..workflow.shown import AnyRun, shown_of, shown_with

RESULTS = Path("results")


def show(run: AnyRun, forms: Forms, *, strict: bool = False, details: bool = False) -> int:
    """Print a run of any kind, with all tables if `details`, and write it where it was asked for.

    Return the exit code that it calls for.
    """
    found = replace(shown_of(run), details=details)
    give(forms, found)
    return code_of(found.said, strict=strict)


def code_of(said: Said, *, strict: bool = False) -> int:
    """Return the exit code that what is said of a run, or of several, calls for."""
    if isinstance(said, CountAnalysis):
        return INVALID if said.status in {"failed", "incomplete"} or not said.rounds else FINE
    if isinstance(said, Analysis | SideBySide):
        return INVALID if said.invalid else FINE
    assert isinstance(said, LoadAnalysis | Together)  # a judgement has an exit code of its own
    return code_of_load(said.outcome, strict=strict)


def report_files(
    paths: Sequence[Path],
    form: str,
    write: Sequence[str] = (),
    *,
    details: bool = False,
    in_browser: bool = False,
) -> int:
    """Print a stored run, by default the newest, or several side by side; return the exit code.

    `details` shows all tables, `in_browser` opens a page as well. Raises `UsageError`.
    """
    forms = read_forms(SideBySide if len(paths) > 1 else Analysis, form, write)
    if not paths and not results_in(RESULTS):
        raise UsageError("there is no result file in results/ yet: wsbench run")
    files = found(paths or [RESULTS])
    shown = replace(read_shown(files), details=details)
    forms = read_forms(type(shown.said), form, write)
    if in_browser:
        forms = _with_page(forms)
    try_forms(forms, files)
    give(forms, shown)
    if in_browser:
        _open(forms)
    return code_of(shown.said)


def _with_page(forms: Forms) -> Forms:
    """Return the formats with a page among those written: in a folder of its own where no file was named."""
    if any(choice.form.name == "html" and path != STANDARD for choice, path in forms.written):
        return forms
    path = Path(tempfile.mkdtemp(prefix="wsbench-")) / "report.html"
    return forms._replace(written=(*forms.written, *read_forms(Analysis, "table", [f"html={path}"]).written))


def _open(forms: Forms) -> None:
    """Open the page in the browser, and say where it is; without a browser that has to do."""
    path = next(path for choice, path in forms.written if choice.form.name == "html" and path != STANDARD)
    opened = webbrowser.open(path.resolve().as_uri())
    output.tell(f"{'opened' if opened else 'no browser could be started: the page is in'} {path}")


def read_shown(files: Sequence[Path], typed: Sequence[str] | None = None) -> Shown:
    """Return what files say, side by side where there are several. Raises `UsageError`.

    `typed` are the words of the command that shows them, by default those of this process.
    """
    runs = [read_any(file) for file in files]
    names = _names(files)
    if len(runs) == 1:
        return shown_of(runs[0], names[0], typed)
    timed = [run for run in runs if not isinstance(run, CountRun)]
    if len(timed) < len(runs):
        if timed:
            raise UsageError("some of these files hold counts, others times: report each kind by itself")
        raise UsageError("counts are held against each other by: wsbench compare A.jsonl B.jsonl")
    return shown_with(put_side_by_side(list(zip(names, timed, strict=True))), timed, names, typed)


def _names(files: Sequence[Path]) -> list[str]:
    """Return what each file is called in a table: its short name where no other file has it."""
    short = Counter(map(short_name, files))
    return [name if short[name := short_name(file)] == 1 else str(file) for file in files]
