"""`load`: send at rates of the user's, store every round, and say what came of it."""

from __future__ import annotations

from pathlib import Path

from ..exits import STOPPED
from ..plan.build_load import LoadWords, make_load_plan
from ..report.load import FORMATS
from ..targets.catalogue import choose
from .measure import measure_load
from .report import show_load


def load_and_report(  # noqa: PLR0913  # what was said, and where and as what it goes
    words: LoadWords, *, seed: int, label: str, out: Path, form: str, quiet: bool, strict: bool = False
) -> int:
    """Load a server, store, print; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    run = measure_load(make_load_plan(words, seed), label=label, out=out, quiet=quiet)
    code = show_load(run, form, strict=strict)
    return STOPPED if run.interrupted else code
