"""`run`: measure servers side by side, store every round, print the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import output
from ..analysis.run import Analysis
from ..exits import FINE, STOPPED
from ..plan.preview import preview_of
from ..planning.run import make_plan
from ..planning.workloads import Words
from ..targets.catalogue import YARDSTICK
from ..workflow.everybody import with_all_servers
from ..workflow.forms import read_forms, try_forms
from ..workflow.measure import measure
from .report import show


def run_and_report(  # noqa: PLR0913  # what the command line says besides the plan
    words: Words,
    *,
    everybody: bool,
    dry_run: bool,
    details: bool,
    seed: int,
    label: str,
    out: Path,
    form: str,
    write: Sequence[str] = (),
    quiet: bool,
) -> int:
    """Measure, store, print; return the exit code. Raises `UsageError`."""
    forms = read_forms(Analysis, form, write)
    if everybody:
        words = with_all_servers(words, without=(YARDSTICK,), quiet=quiet)  # it is in every run
    plan = make_plan(words, seed)
    if dry_run:
        output.write("".join(f"{line}\n" for line in preview_of(plan)))
        return FINE
    try_forms(forms)
    run = measure(plan, label=label, out=out, quiet=quiet)
    code = show(run, forms, details=details)
    return STOPPED if run.interrupted else code
