"""What each verb does, once its words are read: the calls that join runner, store, analysis and renderers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from . import __version__
from .analysis.judgement import judge
from .analysis.run import analyse
from .environments.availability import provided, require_clients
from .errors import UsageError
from .exits import INVALID, STOPPED
from .machine.cpus import choose_cores
from .machine.system import describe
from .plan.build_run import make_plan
from .plan.placement import most_open
from .plan.run import Plan
from .plan.workloads import Words
from .records.common import SCHEMA, Closing
from .records.load import LoadHeader
from .records.run import Header, Round, Run
from .report.progress import Bar, listener
from .report.run import FORMATS
from .runner.run import Runner
from .standalone.open_files import FilesError, room_for
from .storage.results import Store, StoreError, read_any
from .targets.catalogue import FLOOR, SERVERS, YARDSTICK, choose
from .targets.spec import without_secrets
from .targets.spec_parser import read_spec


def run_and_report(
    words: Words, *, everybody: bool, seed: int, label: str, out: Path, form: str, quiet: bool
) -> int:
    """Measure, store, print; return the exit code. Raises `UsageError`."""
    choose("format", form, FORMATS)
    if everybody:
        words = msgspec.structs.replace(words, servers=words.servers + all_servers(words, quiet=quiet))
    run = measured(make_plan(words, seed), label=label, out=out, quiet=quiet)
    code = show(run, form)
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
            provided(read_spec(word, words.axes), teller(quiet=quiet))
        except UsageError as problem:
            print(f"left out: {problem}", file=sys.stderr)
            continue
        found.append(word)
    return tuple(found)


def teller(*, quiet: bool) -> Callable[[str], None]:
    """Return what says a line on standard error, or nothing."""

    def say(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    return say


def measured(plan: Plan, *, label: str, out: Path | None, quiet: bool) -> Run:
    """Measure a plan with a progress bar, storing each round in the folder `out`, if there is one.

    Raises `UsageError`.
    """
    require_clients(dict.fromkeys(cell.client for cell in plan.cells))
    require_room(plan)
    plan = msgspec.structs.replace(plan, servers=provided(plan.servers, teller(quiet=quiet)))
    header = Header(
        schema=SCHEMA,
        wsbench=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        label=label,
        environment=describe(choose_cores()),
        plan=msgspec.structs.replace(plan, servers=tuple(map(without_secrets, plan.servers))),
    )
    store, rounds = open_store(out, header) if out else None, list[Round]()

    def save(line: Round | Closing) -> None:
        if store:
            store.append(line)
        if isinstance(line, Round):
            rounds.append(line)

    def decided() -> bool:
        judgement = judge(Run(header, tuple(rounds)))
        return judgement is not None and judgement.settled

    listen = listener(plan, Console(stderr=True), quiet=quiet)
    try:
        closing = Runner(plan, listen, save, decided).run()
    finally:
        if isinstance(listen, Bar):
            listen.stop()
    if store:
        print(f"stored as {store.path}", file=sys.stderr)
    return Run(header, tuple(rounds), closing)


def open_store(out: Path, header: Header | LoadHeader) -> Store:
    """Return the store of a new run in the folder `out`. Raises `UsageError`."""
    try:
        return Store(out, header)
    except OSError as problem:
        raise UsageError(f"can't write to {out}: {problem.strerror}") from None


def require_room(plan: Plan) -> None:
    """Make room for the open files of a plan's processes, which inherit our limits. Raises `UsageError`."""
    try:
        room_for(most_open(plan.cells))
    except FilesError as problem:
        raise UsageError(str(problem)) from None


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
    from .loading import show_load  # it needs this module

    return show_load(run, form)
