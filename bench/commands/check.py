"""`check`: the gate. Today's code against a baseline, side by side where both can be run."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .. import output
from ..conformance.gate import try_server
from ..demand.messages import with_messages
from ..environments.availability import provide_all
from ..errors import UsageError
from ..exits import FINE, INVALID, STOPPED
from ..facts.provenance import differences, proof_of, rebuilding
from ..plan.run import Plan, require_gated
from ..planning.profiles import GATE, Profile
from ..planning.run import make_session, plan_of_pairs
from ..planning.workloads import Words
from ..records.common import Proof
from ..records.load import LoadRun
from ..records.run import Run
from ..runner.gate import gate_of
from ..storage.naming import is_file
from ..storage.settings import read_gates
from ..storage.writing import STANDARD
from ..targets.catalogue import INSTRUMENT, REFERENCE, choose
from ..targets.secrets import with_secrets
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_specs
from ..verdicts.sessions import LEAST_SESSIONS
from ..workflow.measure import measure, printer
from ..workflow.publish import Wishes, measure_and_judge, prepare, publish, read_either
from ..workflow.sessions import LABEL, judge_against, read_baseline, sessions_in, unsound
from ..workflow.values import read_message, read_value
from .load import check_load

THIS_PYTHON = f"{platform.python_implementation()} {platform.python_version()}"


def check_and_report(
    words: Words, wishes: Wishes, *, baseline: Path, python: str, save: bool, seed: int
) -> int:
    """Hold the code of today against a baseline, or save one more session of it; return the exit code.

    Raises `UsageError`.
    """
    if save:
        return _save(words, wishes, baseline, seed)
    prepare(wishes, [baseline])
    named = read_either(baseline) if is_file(baseline) else None
    if isinstance(named, LoadRun):
        if python:
            raise UsageError("--baseline-python: a load run is held against its stored numbers; leave it out")
        return check_load(named, words, wishes, seed)
    base, stored = read_baseline(baseline, named)
    say = printer(quiet=wishes.quiet)
    for line in stored.lines(baseline):
        say(line)
    gates, plan = read_gates(wishes.margins), base.header.plan
    wanted = contestants_of(plan, words.servers)
    profile, words = as_in(plan, words), with_settings_of(plan, words)
    bases, why = rebuilt(base, wanted, python)
    if bases:
        made = "here, unchanged" if not any(one.pins for one in bases) else "in an environment made for it"
        where = f"on {python}" if python else made
        say(f"the baseline's code runs {where}: both are measured side by side")
        pairs = list(zip(bases, wanted, strict=True))
        return measure_and_judge(plan_of_pairs(words, pairs, gates, seed, profile=profile), "check", wishes)
    say(f"held against stored numbers, for the baseline's code can't be run: {why}")
    session = make_session(words, wanted, profile, seed)
    require_gated(gates, session.cells, [spec.label for spec in wanted])
    now = measure(session, label="check", out=wishes.out, quiet=wishes.quiet)
    if now.interrupted:
        return STOPPED
    return publish(judge_against(base, stored, now, gates), now, wishes)


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
            contestants_of(plan, ()),
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
    say(f"sessions in {folder}: {count}; {LEAST_SESSIONS} of one machine make a prediction")
    return FINE


def contestants_of(plan: Plan, names: Sequence[str]) -> tuple[ServerSpec, ...]:
    """Return the servers of a plan that are to be judged: those named, else all but yardstick and floor.

    They are as they would be started today, whatever version it was. Raises `UsageError` on a name that the
    plan does not have, and where there is none.
    """
    known = {
        spec.label: msgspec.structs.replace(
            spec, version="", source="", executable="", pins=(), busy_ns=0, pinned=""
        )
        for spec in plan.servers
        if not spec.in_every_run
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
        client_wait=words.client_wait or ("sleep" if plan.client_wait == "sleep" else None),
    )


def rebuilt(recipe: Run, wanted: Sequence[ServerSpec], python: str) -> tuple[list[ServerSpec], str]:
    """Return the baseline's servers as they can be run here, else why they can't.

    They run on the interpreter `python`; where none is named, as today's code does if that has not changed,
    else in environments made of the versions that the baseline had. Raises `UsageError` where an interpreter
    was named and holds something else.
    """
    bases = []
    for spec in wanted:
        base = msgspec.structs.replace(spec, label=f"{spec.label}-baseline", executable=python)
        stored = proof_of(recipe, spec.label)
        ways = [base]
        if not python and stored and stored.libraries and spec.contestant:
            ways.append(rebuilding(base, stored, THIS_PYTHON))
        obstacles = []
        for way in ways:
            obstacles.append(_obstacle(recipe, stored, way))
            if not obstacles[-1]:
                bases.append(way)
                break
        else:
            if python:
                raise UsageError(f"{python} does not hold the baseline's code; {spec.label}: {obstacles[0]}")
            return [], f"{spec.label}: {'; rebuilt, '.join(obstacles)}"
    return bases, ""


def _obstacle(recipe: Run, stored: Proof | None, base: ServerSpec) -> str:
    """Try a server's contract, and return in what it differs from the baseline's, "" in nothing."""
    if not base.started_by_us:
        return "it was not ours to start"
    if stored is None:
        return "it never ran"
    try:
        (base,) = provide_all([base], output.tell)
    except UsageError as problem:
        return str(problem)
    tried = try_server(base, gate_of(recipe.header.plan))
    return tried.problem or differences(stored, tried.proof)
