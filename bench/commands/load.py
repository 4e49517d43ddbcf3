"""`load`: send at rates of the user's, store every round, and say what came of it, or judge it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from ..analysis.load import LoadAnalysis
from ..analysis.load_together import Together, put_together
from ..demand.messages import with_messages
from ..errors import UsageError
from ..exits import STOPPED
from ..plan.load import LoadPlan
from ..planning.load import LoadWords, make_load_plan, make_plans_in_turns
from ..planning.workloads import Words
from ..records.load import LoadRun
from ..storage.settings import read_gates
from ..targets.catalogue import choose
from ..targets.secrets import with_secrets
from ..verdicts.baseline import Names
from ..verdicts.load import judge_load
from ..workflow.forms import give, read_forms, try_forms
from ..workflow.load.events import Events, split_events
from ..workflow.load.measure import measure_load
from ..workflow.load.turns import measure_in_turns
from ..workflow.publish import Wishes, publish
from ..workflow.shown import shown_with
from ..workflow.values import read_message, read_value
from .report import code_of, show


def load_and_report(  # noqa: PLR0913  # what was said, and where and as what it goes
    words: LoadWords,
    *,
    seed: int,
    label: str,
    out: Path,
    form: str,
    write: Sequence[str] = (),
    quiet: bool,
    strict: bool = False,
) -> int:
    """Load a server, store, print; return the exit code. Raises `UsageError`."""
    place, write = split_events(write)
    forms = read_forms(LoadAnalysis, form, write)
    plan = make_load_plan(words, seed)
    try_forms(forms, [place])
    events = Events(place)
    run = measure_load(plan, label=label, out=out, quiet=quiet, events=events)
    code = show(run, forms, strict=strict)
    code = STOPPED if run.interrupted else code
    events.end(status=run.closing.status if run.closing else "cut off", exit_code=code)
    return code


def load_in_turns(  # noqa: PLR0913  # as above
    many: Sequence[LoadWords],
    *,
    seed: int,
    label: str,
    out: Path,
    form: str,
    write: Sequence[str] = (),
    quiet: bool,
    strict: bool = False,
) -> int:
    """Load several servers in turns, store each, print one table; return the exit code of the gravest.

    Raises `UsageError`.
    """
    if split_events(write)[0]:
        raise UsageError("--write events: they are told of one server; name one target")
    forms = read_forms(Together, form, write)
    try_forms(forms)
    plans = make_plans_in_turns(many, seed)
    for option, given in (("--network", plans[0].network), ("--scheduler", plans[0].scheduler)):
        if given:
            raise UsageError(f"{option}: it is of one server; name one target")
    runs = measure_in_turns(plans, label=label, out=out, quiet=quiet)
    shown = shown_with(put_together(runs), runs, [plan.server.label for plan in plans])
    give(forms, shown)
    return STOPPED if any(run.interrupted for run in runs) else code_of(shown.said, strict=strict)


def check_load(base: LoadRun, words: Words, wishes: Wishes, seed: int) -> int:
    """Load the server of a stored load run as it was loaded then, and judge; return the exit code.

    Raises `UsageError`.
    """
    gates, plan = read_gates(wishes.margins), base.header.plan
    for name in words.servers:
        choose("server in the baseline", name, [plan.server.label])
    if words.clients:
        raise UsageError("--client: load is measured by wire alone; leave it out")
    now = measure_load(_as_then(base, words, seed), label="check", out=wishes.out, quiet=wishes.quiet)
    if now.interrupted:
        return STOPPED
    if not now.rounds:  # the report says why
        return show(now, wishes.forms)
    return publish(judge_load(base, now, gates, Names("the baseline")), now, wishes, [base])


def _as_then(base: LoadRun, words: Words, seed: int) -> LoadPlan:
    """Return the plan that measures a stored load run anew, with the server as it is today."""
    plan = base.header.plan
    if words.messages and not plan.workload.messages:
        raise UsageError("--message: the baseline has no messages of yours; leave it out")
    today = replace(plan.server, version="", source="", executable="", pins=(), busy_ns=0)
    ceiling = plan.ceiling or next((one.ceiling for one in base.rounds if one.ceiling), None)
    return replace(
        plan,
        server=with_secrets(today, read_value),
        workload=with_messages(plan.workload, words.messages, read_message),
        seed=seed,
        rounds=plan.rounds if words.rounds is None else words.rounds,
        ceiling=ceiling if plan.mode == "sweep" else None,
        client_wait=words.client_wait or ("sleep" if plan.client_wait == "sleep" else None),
    )
