"""`load`: send at rates of the user's, store every round, and say what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from .. import __version__
from ..environments.availability import provided
from ..exits import STOPPED
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..plan.build_load import LoadWords, make_load_plan
from ..plan.load import LoadPlan
from ..records.common import SCHEMA, Closing
from ..records.load import LoadHeader, LoadRound, LoadRun
from ..report.load import FORMATS
from ..report.progress import Bar, listener
from ..runner.load import LoadRunner
from ..targets.catalogue import choose
from ..targets.spec import without_secrets
from .measure import open_store, teller
from .report import show_load


def load_and_report(words: LoadWords, *, seed: int, label: str, out: Path, form: str, quiet: bool) -> int:
    """Load a server, store, print; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    run = loaded(make_load_plan(words, seed), label=label, out=out, quiet=quiet)
    code = show_load(run, form)
    return STOPPED if run.closing and run.closing.status == "interrupted" else code


def loaded(plan: LoadPlan, *, label: str, out: Path, quiet: bool) -> LoadRun:
    """Carry out a plan with a progress bar, storing each round in the folder `out`. Raises `UsageError`."""
    (server,) = provided((plan.server,), teller(quiet=quiet))
    plan = replace(plan, server=server)
    header = LoadHeader(
        schema=SCHEMA,
        wsbench=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        label=label,
        environment=describe(choose_cores()),
        plan=replace(plan, server=without_secrets(server)),
    )
    store, rounds = open_store(out, header), list[LoadRound]()

    def save(line: LoadRound | Closing) -> None:
        store.append(line)
        if isinstance(line, LoadRound):
            rounds.append(line)

    listen = listener(plan, Console(stderr=True), quiet=quiet)
    try:
        closing = LoadRunner(plan, listen, save).run()
    finally:
        if isinstance(listen, Bar):
            listen.stop()
    teller(quiet=False)(f"stored as {store.path}")
    return LoadRun(header, tuple(rounds), closing)
