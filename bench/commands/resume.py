"""`--resume`: go on with a run from its file, however it ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..analysis.run import Analysis
from ..errors import UsageError
from ..exits import STOPPED
from ..facts.conditions import machine_differences, variable_differences
from ..facts.provenance import differences, proof_of
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..plan.storable import completed
from ..records.common import Proof
from ..records.load import LoadRun
from ..records.run import Run
from ..storage.results import read_timed
from ..storage.settings import read_gates
from ..workflow.forms import read_forms, try_forms
from ..workflow.load.measure import measure_load
from ..workflow.measure import Earlier, RunT, measure
from ..workflow.publish import Wishes, judge_and_publish, prepare, publish
from ..workflow.sessions import judge_against, read_baseline
from ..workflow.values import read_message, read_value
from .report import show


def resume(path: Path, *, quiet: bool) -> Run | LoadRun:
    """Measure the rounds that a stored run lacks, store them behind the others, and return all of it.

    Raises `UsageError` where nothing is missing, or something is no longer what it was; the file stays as it
    is then.
    """
    run = read_timed(path)
    if isinstance(run, LoadRun):  # either way the same call; the type checker wants to see which it is
        return _go_on(path, run, quiet=quiet)
    return _go_on(path, run, quiet=quiet)


def resume_and_report(
    path: Path,
    form: str,
    write: Sequence[str] = (),
    *,
    quiet: bool,
    strict: bool = False,
    details: bool = False,
) -> int:
    """Go on with a stored run of any kind, and print all of it; return the exit code. Raises `UsageError`."""
    forms = read_forms(Analysis, form, write)
    try_forms(forms, [path])
    run = resume(path, quiet=quiet)
    code = show(run, forms, strict=strict, details=details)
    return STOPPED if run.interrupted else code


def resume_and_judge(path: Path, wishes: Wishes) -> int:
    """Go on with a stored comparison, and judge it; return the exit code. Raises `UsageError`."""
    prepare(wishes, [path])
    run = read_timed(path)
    if isinstance(run, LoadRun) or not run.header.plan.comparison:
        raise UsageError(f"{path} was not made to decide anything: wsbench run --resume {path}")
    return judge_and_publish(_go_on(path, run, quiet=wishes.quiet), wishes)


def resume_and_check(path: Path, baseline: Path, wishes: Wishes) -> int:
    """Go on with a stored check, side by side or against a baseline; return the exit code.

    Raises `UsageError`.
    """
    prepare(wishes, [path, baseline])
    run = read_timed(path)
    if isinstance(run, LoadRun):
        raise UsageError(f"{path} is of a load run: wsbench load --resume {path}")
    if run.header.plan.comparison and wishes.margins:
        raise UsageError(f"--margin: {path} has its own, for it is a comparison side by side; leave it out")
    if run.header.plan.comparison:
        return judge_and_publish(_go_on(path, run, quiet=wishes.quiet), wishes)
    gates, (base, stored) = read_gates(wishes.margins), read_baseline(baseline)
    now = _go_on(path, run, quiet=wishes.quiet)
    return (
        STOPPED if now.interrupted else publish(judge_against(base, stored, now, gates), now, wishes, [base])
    )


def _go_on(path: Path, run: RunT, *, quiet: bool) -> RunT:
    """Measure what a stored run lacks, as `resume` does."""
    if problem := _obstacle(run):
        raise UsageError(f"--resume {path}: {problem}")
    earlier = Earlier(path, run, lambda label, proof: _vet(path, run, label, proof))
    plan = completed(run.header.plan, read_value, read_message)
    if isinstance(run, LoadRun):
        return measure_load(plan, label="", out=None, quiet=quiet, earlier=earlier)
    return measure(plan, label="", out=None, quiet=quiet, earlier=earlier)


def _obstacle(run: Run | LoadRun) -> str:
    """Return why a run can't be resumed here, "" where it can."""
    header, now = run.header, describe(choose_cores())
    status = run.closing.status if run.closing else ""
    if len(run.rounds) >= header.plan.rounds or status == "decided":
        return "it has all its rounds; wsbench report shows them"
    if header.wsbench != __version__:
        return f"it was measured by wsbench {header.wsbench}, and this is {__version__}: measure anew"
    machine = machine_differences(header.environment, now)
    variables = "; ".join(variable_differences(header.environment.variables, now.variables))
    if differing := machine or variables:
        return f"it was measured under other conditions ({differing}): measure anew"
    return ""


def _vet(path: Path, run: Run | LoadRun, label: str, proof: Proof) -> None:
    """Raise `UsageError` where a server is not the one of the rounds that are there."""
    if isinstance(run, LoadRun):
        stored = next((one.server for one in run.rounds), None)
    else:
        stored = proof_of(run, label)
    if stored and stored.code and (differing := differences(stored, proof)):
        raise UsageError(f"--resume {path}: {label} is not what it was ({differing}): measure anew")
