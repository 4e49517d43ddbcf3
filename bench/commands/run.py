"""`run`: measure servers side by side, store every round, print the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import output
from ..analysis.run import Analysis
from ..environments.availability import provide_all
from ..errors import UsageError
from ..exits import FINE, STOPPED
from ..plan.preview import preview_of
from ..planning.run import make_plan
from ..planning.workloads import Words
from ..targets.catalogue import FLOOR, SERVERS, YARDSTICK
from ..targets.spec_parser import read_spec
from ..workflow.forms import read_forms, try_forms
from ..workflow.measure import measure, printer
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
        words = msgspec.structs.replace(words, servers=words.servers + all_servers(words, quiet=quiet))
    plan = make_plan(words, seed)
    if dry_run:
        output.write("".join(f"{line}\n" for line in preview_of(plan)))
        return FINE
    try_forms(forms)
    run = measure(plan, label=label, out=out, quiet=quiet)
    code = show(run, forms, details=details)
    return STOPPED if run.interrupted else code


def all_servers(words: Words, *, quiet: bool) -> tuple[str, ...]:
    """Return every server that can be run here as asked, and say who is left out and why.

    Those that were named, yardstick and floor are not among them: they are in the run anyway.
    """
    found = []
    for word in SERVERS:
        if word in {*words.servers, YARDSTICK, FLOOR}:
            continue
        try:
            provide_all(read_spec(word, words.axes), printer(quiet=quiet))
        except UsageError as problem:
            output.tell(f"left out: {problem}")
            continue
        found.append(word)
    return tuple(found)
