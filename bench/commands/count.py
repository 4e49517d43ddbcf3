"""`count`: how much work a server does for a message, whatever else the machine does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from ..analysis.count import CountAnalysis
from ..demand.messages import with_messages
from ..errors import UsageError
from ..exits import STOPPED
from ..plan.margins import margins_of_counts
from ..planning.count import make_count_plan
from ..planning.workloads import Words
from ..records.count import CountRun
from ..storage.settings import read_gates
from ..storage.writing import try_out
from ..targets.spec import ServerSpec
from ..workflow.count import draw, hold_counts, measure_counts
from ..workflow.everybody import with_all_servers
from ..workflow.forms import read_forms, try_forms
from ..workflow.publish import Wishes, publish
from ..workflow.values import read_message
from .report import show


def count_and_report(  # noqa: PLR0913  # what the command line says besides the plan
    words: Words,
    *,
    instruments: Sequence[str],
    everybody: bool = False,
    seed: int | None,
    label: str,
    out: Path,
    form: str,
    write: Sequence[str] = (),
    quiet: bool,
    flame: Path | None = None,
) -> int:
    """Count, store, print, and draw where that is asked for; return the exit code. Raises `UsageError`."""
    forms = read_forms(CountAnalysis, form, write)
    words = replace(words, flame=bool(flame))
    if flame:
        try_out(flame, "--flame")
    try_forms(forms, [flame])
    if everybody:
        words = with_all_servers(words, quiet=quiet)
    run = measure_counts(make_count_plan(words, instruments, seed), label=label, out=out, quiet=quiet)
    code = show(run, forms)
    draw(run, flame)
    return STOPPED if run.interrupted else code


def check_counts(stored: CountRun, wanted: tuple[ServerSpec, ...], words: Words, wishes: Wishes) -> int:
    """Count the servers that are wanted as a stored run did, and hold them against it; return the exit code.

    Raises `UsageError`.
    """
    gates, then = read_gates(margins_of_counts(wishes.margins)), stored.header.plan
    labels = {spec.label for spec in wanted}
    if words.messages and not any(cell.workload.messages for cell in then.cells):
        raise UsageError("--message: the baseline has no messages of yours; leave it out")
    plan = replace(
        then,
        servers=wanted,
        cells=tuple(
            replace(cell, workload=with_messages(cell.workload, words.messages, read_message))
            for cell in then.cells
            if cell.server in labels
        ),
        instruments=("instructions",),
        rounds=words.rounds or then.rounds,
        comparison=None,
        graph=False,
    )
    decided = hold_counts(stored, plan, gates, out=wishes.out, quiet=wishes.quiet)
    code = publish(decided.judgement, decided.run, wishes, [stored])
    return STOPPED if decided.interrupted else code
