"""What each verb does, once its words are read: the calls that join runner, store, analysis and renderers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from .. import __version__
from ..analysis.judgement import judge
from ..environments.availability import provide_all, require_clients
from ..errors import UsageError
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..plan.placement import most_open
from ..plan.run import Plan
from ..records.common import SCHEMA, Closing
from ..records.load import LoadHeader
from ..records.run import Header, Round, Run
from ..report.progress import Bar, listener
from ..runner.run import Runner
from ..standalone.open_files import FilesError, room_for
from ..storage.results import Store
from ..targets.spec import without_secrets


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
    plan = msgspec.structs.replace(plan, servers=provide_all(plan.servers, teller(quiet=quiet)))
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
