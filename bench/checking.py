"""`check`: the gate. Today's code against a baseline, side by side where both can be run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .exits import FINE, INVALID, STOPPED
from .faces.configuration import read_gates
from .judging import Wishes, measure_and_judge, prepare, publish, read
from .machine.launcher import Server, Settings
from .machine.process import ChildError
from .session import measured
from .values.analysis import analyse
from .values.catalogue import (
    FLOOR,
    INSTRUMENT,
    REFERENCE,
    YARDSTICK,
    ServerSpec,
    UsageError,
    choose,
    read_specs,
)
from .values.choice import Words, make_session, plan_of_pairs
from .values.plan import GATE, Plan, Profile
from .values.recipe import differences, proof_of
from .values.schema import Run
from .values.stored import LEAST_SESSIONS, judge_stored

BASELINE = Path("results/baseline")
"""Where stored sessions are unless told otherwise."""


def check_and_report(
    words: Words, wishes: Wishes, *, baseline: Path, python: str, save: bool, seed: int
) -> int:
    """Hold the code of today against a baseline, or save one more session of it; return the exit code.

    Raises `UsageError`.
    """
    prepare(wishes)
    if save:
        return _save(words, wishes, baseline, seed)
    sessions = read_sessions(baseline)
    recipe, gates = sessions[-1], read_gates(wishes.margin)
    wanted = contestants_of(recipe.header.plan, words.servers)
    bases, why = rebuilt(recipe, wanted, python)
    profile = profile_of(recipe.header.plan, words.clients)
    words = msgspec.structs.replace(words, as_shipped=not recipe.header.plan.equal)
    if bases:
        _tell("the baseline's recipe runs here, so both are measured side by side", wishes)
        pairs = list(zip(bases, wanted, strict=True))
        return measure_and_judge(plan_of_pairs(words, pairs, gates, seed, profile=profile), "check", wishes)
    _tell(f"held against stored numbers, for the baseline's recipe can't be run: {why}", wishes)
    session = make_session(words, wanted, profile, seed)
    now = measured(session, label="check", out=wishes.out, quiet=wishes.quiet)
    code = publish(judge_stored(sessions, now, gates), now, wishes)
    return STOPPED if now.closing and now.closing.status == "interrupted" else code


def _save(words: Words, wishes: Wishes, baseline: Path, seed: int) -> int:
    """Measure one more session into the baseline's folder, made as the newest one if there is one."""
    folder = baseline.parent if baseline.suffix == ".jsonl" else baseline
    stored = read_sessions(baseline) if any(folder.glob("*.jsonl")) else []
    if stored and not words.servers:
        plan = stored[-1].header.plan
        wanted, profile = contestants_of(plan, ()), profile_of(plan, words.clients)
        words = msgspec.structs.replace(words, as_shipped=not plan.equal)
    else:
        wanted, profile = read_specs(words.servers or (REFERENCE,), words.loops or ("asyncio",)), GATE
    session = make_session(words, wanted, profile, seed)
    now = measured(session, label="baseline", out=folder, quiet=wishes.quiet)
    if analyse(now).invalid:
        print("wsbench: INVALID, so it counts for nothing; wsbench report says why", file=sys.stderr)
        return INVALID
    _tell(
        f"sessions in {folder}: {len(stored) + 1}; {LEAST_SESSIONS} of one machine make a prediction", wishes
    )
    return STOPPED if now.closing and now.closing.status == "interrupted" else FINE


def contestants_of(plan: Plan, names: Sequence[str]) -> tuple[ServerSpec, ...]:
    """Return the servers of a plan that are to be judged: those named, else all but yardstick and floor.

    Raises `UsageError` on a name that the plan does not have.
    """
    known = {spec.label: spec for spec in plan.servers if spec.name not in {YARDSTICK, FLOOR}}
    return tuple(known[choose("server in the baseline", name, known)] for name in names or known)


def profile_of(plan: Plan, clients: Sequence[str]) -> Profile:
    """Return what to measure to hold it against a plan: its workloads, by wire if it was there."""
    driven = tuple(dict.fromkeys(cell.client for cell in plan.cells))
    return msgspec.structs.replace(
        GATE,
        clients=tuple(clients) or ((INSTRUMENT,) if INSTRUMENT in driven else driven),
        workloads=tuple(dict.fromkeys(cell.workload for cell in plan.cells)),
    )


def rebuilt(recipe: Run, wanted: Sequence[ServerSpec], python: str) -> tuple[list[ServerSpec], str]:
    """Return the baseline's servers as they can be run here, else why they can't.

    They run on the interpreter `python`, "" for this one. Raises `UsageError` where an interpreter was named
    and holds something else.
    """
    bases = []
    for spec in wanted:
        base = msgspec.structs.replace(spec, label=f"{spec.label}-baseline", python=python)
        why = f"{spec.label}: {_obstacle(recipe, spec, base)}"
        if why.endswith(": "):
            bases.append(base)
        elif python:
            raise UsageError(f"{python} does not hold the baseline's recipe; {why}")
        else:
            return [], why
    return bases, ""


def _obstacle(recipe: Run, spec: ServerSpec, base: ServerSpec) -> str:
    """Start a server, and return what it has that the baseline's had not, "" where they are the same."""
    stored = proof_of(recipe, spec.label)
    if stored is None or spec.url:
        return "it was not ours to start" if spec.url else "it never ran"
    try:
        with Server(base, Settings(equal=recipe.header.plan.equal)) as server:
            return differences(stored, server.proof)
    except ChildError as problem:
        return str(problem)


def read_sessions(baseline: Path) -> list[Run]:
    """Return the stored sessions of a folder, or of the folder of a file, oldest first; a file named is last.

    Those whose controls failed are left out. Raises `UsageError`.
    """
    folder = baseline.parent if baseline.suffix == ".jsonl" else baseline
    files = sorted(folder.glob("*.jsonl"))
    if baseline.suffix == ".jsonl":
        files = [*(file for file in files if file != baseline and "baseline" in file.name), baseline]
    if not files:
        raise UsageError(f"there is no baseline in {baseline}: wsbench check --save --baseline {baseline}")
    sound = [run for run in map(read, files) if not analyse(run).invalid]
    if not sound:
        raise UsageError(f"every session in {baseline} is INVALID; wsbench report FILE says why")
    return sound


def _tell(line: str, wishes: Wishes) -> None:
    if not wishes.quiet:
        print(line, file=sys.stderr)
