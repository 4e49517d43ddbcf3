"""What every verb that measures shares: from a plan to a run, stored round by round."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from msgspec.structs import replace
from rich.console import Console

from .. import __version__, hiding, output
from ..environments.availability import provide_all, provide_clients
from ..environments.releases import require_new_enough
from ..errors import UsageError
from ..machine.cpus import choose_cores, cores_for
from ..machine.system import describe
from ..machine.variables import withheld
from ..network.link import network_for
from ..plan.load import LoadPlan
from ..plan.placement import decide_wait, most_open
from ..plan.preview import summary_of
from ..plan.run import Plan
from ..plan.storable import storable
from ..records.common import SCHEMA, Closing, Environment, LinkCheck, Proof
from ..records.count import CountRound
from ..records.events import Event
from ..records.load import LoadRound, LoadRun, LoadStep
from ..records.quoted import retold
from ..records.run import Header, Round, Run
from ..runner.run import Runner
from ..storage.checking import AnyHead
from ..storage.results import Store
from ..targets.client_spec import ClientSpec
from ..verdicts.judgement import judge
from .progress import AnyPlan, Bar, listener
from .room import require_files, require_threads
from .values import require_addresses

PlanT = TypeVar("PlanT", Plan, LoadPlan)
RunT = TypeVar("RunT", Run, LoadRun)
LineT = TypeVar("LineT", bound=Round | LoadRound | LoadStep | CountRound)


def printer(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that prints a line to standard error; it prints nothing when quiet."""

    def print_line(line: str) -> None:
        if not quiet:
            output.tell(line)

    return print_line


class Earlier(NamedTuple, Generic[RunT]):
    """What a run that is resumed has already, its file, and who sees whether all is as it was."""

    path: Path
    run: RunT
    vet: Callable[[str, Proof], None]


def measure(
    plan: Plan, *, label: str, out: Path | None, quiet: bool, earlier: Earlier[Run] | None = None
) -> Run:
    """Measure servers side by side, with a progress bar; each round is stored in the folder `out`, if any.

    Of a run that is resumed the rounds are stored behind the `earlier` ones. Raises `UsageError`.
    """
    plan = replace(plan, clients=_clients_of(plan))
    ours = any(spec.started_by_us for spec in plan.servers)
    require_files(most_open(plan.cells), "the server and in the client, each" if ours else "the client")
    plan = prepare(plan, quiet=quiet)
    with network_for(plan.network, plan.seed) as network:
        header = (
            earlier.run.header if earlier else Header(*head_of(label, network.check), plan=storable(plan))
        )
        rounds = [*earlier.run.rounds] if earlier else []

        def decided() -> bool:
            judgement = judge(Run(header, tuple(rounds)))
            return judgement is not None and judgement.settled

        with following(plan, header, rounds, out, quiet=quiet, earlier=earlier) as (on_event, save):
            runner = Runner(plan, on_event, save, decided, network)
            if earlier:
                runner.go_on(earlier.run.rounds, earlier.vet)
            closing = runner.run()
    return Run(header, tuple(rounds), retold(closing, hiding.told))


def prepare(plan: PlanT, *, quiet: bool) -> PlanT:
    """Return the plan as it is run here: with cores, interpreters, which are built, and how wire waits."""
    require_addresses(plan.servers)
    say = printer(quiet=quiet)
    if plan.rounds % 5 == 0:  # a fifth of them is trimmed, rounded down
        why = f"hardly narrower intervals than {plan.rounds - 1}, for a fifth is trimmed"
        say(f"wsbench: {plan.rounds} rounds give {why}; {plan.rounds + 1} give more")
    if kept := withheld(os.environ):
        say(f"wsbench: servers and clients don't get {', '.join(kept)}: it slows them down")
    if isinstance(plan, Plan):
        for spec in plan.servers:
            require_new_enough(spec)  # before anything is built, whichever side it is for
        plan = replace(plan, clients=provide_clients(plan.clients, say))
    require_threads(plan)
    plan = plan.with_servers([replace(one, pinned=cores_for(one, choose_cores())) for one in plan.servers])
    plan = plan.with_servers(provide_all(plan.servers, say))
    elsewhere = isinstance(plan, LoadPlan) and bool(plan.scheduler)
    return decide_wait(plan, own_core=elsewhere or choose_cores().client is not None)


def _clients_of(plan: Plan) -> tuple[ClientSpec, ...]:
    """Return what drives a plan, also where that was made of clients' names alone."""
    return tuple(plan.client_of(label) for label in dict.fromkeys(cell.client for cell in plan.cells))


def head_of(label: str, link: LinkCheck | None = None) -> tuple[int, str, str, str, Environment]:
    """Return the fields of a header that come before its plan, as of now; `link` is what a network does."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return SCHEMA, __version__, started, label, replace(describe(choose_cores()), link=link)


@contextmanager
def following(
    plan: AnyPlan,
    header: AnyHead,
    lines: list[LineT],
    out: Path | None,
    *,
    quiet: bool,
    earlier: Earlier[Run] | Earlier[LoadRun] | None = None,
) -> Iterator[tuple[Callable[[Event], None], Callable[[LineT | Closing], None]]]:
    """Show progress and store `lines` inside, without secrets that servers quote.

    Yields what a runner calls with its events and its lines.
    """
    store = _open_store(out, header) if out else None
    if earlier:
        store = Store.going_on(earlier.path, earlier.run)

    def save(line: LineT | Closing) -> None:
        line = retold(line, hiding.told)
        if store:
            store.append(line)
        if not isinstance(line, Closing):
            lines.append(line)

    if isinstance(plan, Plan):
        printer(quiet=quiet)(summary_of(plan))
    shown = listener(plan, Console(stderr=True), quiet=quiet)
    try:
        yield lambda event: shown(retold(event, hiding.told)), save
    finally:
        if isinstance(shown, Bar):
            shown.stop()
    if store and store.path:
        printer(quiet=False)(f"stored as {store.path}")
        if isinstance(plan, Plan) and not quiet:
            printer(quiet=False)(f"all tables: wsbench report {store.path} --details; a page: --open")
    elif store and not store.begun:
        unit = "step" if isinstance(plan, LoadPlan) else "round"
        printer(quiet=False)(f"nothing is stored: no {unit} was finished")


def _open_store(out: Path, header: AnyHead) -> Store:
    """Return the store of a new run in the folder `out`. Raises `UsageError`."""
    try:
        return Store(out, header)
    except OSError as problem:
        raise UsageError(f"can't write to {out}: {problem.strerror}") from None
