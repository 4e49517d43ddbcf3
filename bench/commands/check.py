"""`check`: the gate. Today's code against a baseline, side by side where both can be run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import output
from ..demand.messages import with_messages
from ..errors import UsageError
from ..exits import FINE, INVALID, STOPPED
from ..plan.margins import margins_of_counts
from ..plan.run import Plan, require_gated
from ..planning.count import count_plan_of_pairs
from ..planning.profiles import GATE, Profile
from ..planning.run import make_session, plan_of_pairs
from ..planning.workloads import Words
from ..records.count import CountRun
from ..records.load import LoadRun
from ..records.run import Run
from ..storage.naming import is_file
from ..storage.settings import read_gates
from ..storage.writing import STANDARD
from ..targets.catalogue import INSTRUMENT, REFERENCE, choose
from ..targets.secrets import with_secrets
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_specs
from ..verdicts.sessions import LEAST_SESSIONS
from ..workflow.count import measure_by
from ..workflow.measure import measure, printer
from ..workflow.publish import Wishes, prepare, publish, read_finished
from ..workflow.rebuild import rebuilt
from ..workflow.sessions import LABEL, Sessions, judge_against, read_baseline, sessions_in, unsound
from ..workflow.values import read_message, read_value, seed_or_random
from .compare import chosen_bys
from .count import check_counts
from .load import check_load


def check_and_report(  # noqa: PLR0913  # what the command line says
    words: Words,
    wishes: Wishes,
    *,
    baseline: Path,
    python: str,
    save: bool,
    seed: int | None,
    by: Sequence[str] = ("time",),
) -> int:
    """Hold the code of today against a baseline, or save one more session of it; return the exit code.

    `by` says what decides: times, counted work, or both. Raises `UsageError`.
    """
    by = chosen_bys(by)
    if by == ("count",):
        wishes = msgspec.structs.replace(wishes, margins=margins_of_counts(wishes.margins))
    if save:
        return _save(words, wishes, baseline, seed_or_random(seed))
    prepare(wishes, [baseline])
    named = read_finished(baseline) if is_file(baseline) else None
    if python and isinstance(named, LoadRun | CountRun):
        kind = "a load run is" if isinstance(named, LoadRun) else "counts are"
        raise UsageError(f"--baseline-python: {kind} held against its stored numbers; leave it out")
    if isinstance(named, LoadRun):
        return check_load(named, words, wishes, seed_or_random(seed))
    if isinstance(named, CountRun):
        wanted = contestants_of(named.header.plan.servers, words.servers, counted=True)
        return check_counts(named, wanted, words, wishes)
    base, stored = read_baseline(baseline, named)
    say = printer(quiet=wishes.quiet)
    for line in stored.lines(baseline):
        say(line)
    plan = base.header.plan
    wanted = contestants_of(plan.servers, words.servers)
    profile, words = as_in(plan, words), with_settings_of(plan, words)
    bases, why = rebuilt(base, wanted, python)
    if bases:
        made = "here, unchanged" if not any(one.pins for one in bases) else "in an environment made for it"
        where = f"on {python}" if python else made
        say(f"the baseline's code runs {where}: both are measured side by side")
        pairs, gates = list(zip(bases, wanted, strict=True)), read_gates(wishes.margins)
        timed = plan_of_pairs(words, pairs, gates, seed_or_random(seed), profile=profile)
        counting = count_plan_of_pairs(words_of(plan), pairs, gates, seed) if "count" in by else None
        return measure_by(by, timed, counting, "check", wishes)
    if "count" in by:
        raise UsageError(
            f"--by count: the baseline's code can't be run to be counted: {why};"
            " its counts can be a baseline: wsbench count"
        )
    say(f"held against stored numbers, for the baseline's code can't be run: {why}")
    return _against_stored(base, stored, make_session(words, wanted, profile, seed_or_random(seed)), wishes)


def _against_stored(base: Run, stored: Sessions, session: Plan, wishes: Wishes) -> int:
    """Measure a session, and hold it against stored numbers."""
    gates = read_gates(wishes.margins)
    judged = [spec.label for spec in session.servers if not spec.in_every_run]
    require_gated(gates, session.cells, judged)
    now = measure(session, label="check", out=wishes.out, quiet=wishes.quiet)
    if now.interrupted:
        return STOPPED
    return publish(judge_against(base, stored, now, gates), now, wishes, [base])


def _save(words: Words, wishes: Wishes, baseline: Path, seed: int) -> int:
    """Measure one more session into the baseline's folder, made as the newest one if there is one."""
    if baseline == STANDARD:
        raise UsageError("--save adds to a folder of sessions: name it with --baseline, not -")
    folder = baseline.parent if is_file(baseline) else baseline
    sessions = sessions_in(folder)
    stored = sessions.runs
    wanted, profile = read_specs(words.servers or (REFERENCE,), words.axes), GATE
    if stored and not words.servers:
        plan = stored[-1].header.plan
        wanted, profile, words = (
            contestants_of(plan.servers, ()),
            as_in(plan, words),
            with_settings_of(plan, words),
        )
    if not any(not spec.in_every_run for spec in wanted):
        raise UsageError("yardstick and floor are in every session: name a server that is to be judged")
    now = measure(make_session(words, wanted, profile, seed), label=LABEL, out=folder, quiet=wishes.quiet)
    if now.interrupted:
        return STOPPED
    if problem := unsound(now):
        output.tell(f"wsbench: the session {problem}; it was not added to the baseline")
        return INVALID
    count = len(stored) + 1
    say = printer(quiet=wishes.quiet)
    for line in sessions.lines(folder):
        say(line)
    have = f"{count} stored session{'' if count == 1 else 's'} in {folder}"
    say(f"{have}; {LEAST_SESSIONS} of the same machine are needed for a prediction interval")
    return FINE


def contestants_of(
    servers: Sequence[ServerSpec], names: Sequence[str], *, counted: bool = False
) -> tuple[ServerSpec, ...]:
    """Return those servers of a plan that are to be judged: those named, else all but yardstick and floor.

    Where work is `counted`, nobody is measured by those two, and they are judged as all others.

    They are as they would be started today, whatever version it was. Raises `UsageError` on a name that the
    plan does not have, and where there is none.
    """
    known = {
        spec.label: msgspec.structs.replace(
            spec, version="", source="", executable="", pins=(), busy_ns=0, pinned=""
        )
        for spec in servers
        if counted or not spec.in_every_run
    }
    if not known:
        raise UsageError("the baseline has no server to judge: wsbench check --save SERVER")
    known = {label: with_secrets(spec, read_value) for label, spec in known.items()}
    return tuple(known[choose("server in the baseline", name, known)] for name in names or known)


def as_in(plan: Plan, words: Words) -> Profile:
    """Return what to measure to hold it against a plan: its workloads, by wire if it was there.

    Raises `UsageError` where messages of the user's are not there, or are no longer the same.
    """
    driven = tuple(dict.fromkeys(cell.client for cell in plan.cells))
    clients, stored = words.clients, dict.fromkeys(cell.workload for cell in plan.cells)
    typed = tuple(plan.client_of(label).typed for label in driven)
    if words.messages and not any(one.messages for one in stored):
        raise UsageError("--message: the baseline has no messages of yours; leave it out")
    return msgspec.structs.replace(
        GATE,
        clients=tuple(clients) or ((INSTRUMENT,) if INSTRUMENT in driven else typed),
        workloads=tuple(with_messages(one, words.messages, read_message) for one in stored),
    )


def with_settings_of(plan: Plan, words: Words) -> Words:
    """Return the words with the settings of a plan; a client that polled then does so where it can."""
    return msgspec.structs.replace(
        words,
        messages=(),
        typed=(),
        as_shipped=not plan.equal,
        keep_awake=plan.keep_awake,
        network=plan.network,
        client_wait=words.client_wait or ("sleep" if plan.client_wait == "sleep" else None),
    )


def words_of(plan: Plan) -> Words:
    """Return what of a plan of times can be counted as well: sizes, kinds, and the class of settings."""
    workloads = dict.fromkeys(cell.workload for cell in plan.cells)
    return Words(
        sizes=tuple(dict.fromkeys(one.size for one in workloads)),
        kinds=tuple(dict.fromkeys("text" if one.text else "binary" for one in workloads)),
        as_shipped=not plan.equal,
    )
