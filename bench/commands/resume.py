"""`--resume`: go on with a run from its file, however it ended."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from .. import __version__
from ..demand.messages import with_messages
from ..errors import UsageError
from ..exits import STOPPED
from ..facts.conditions import machine_differences, variable_differences
from ..facts.provenance import differences
from ..machine.cpus import choose_cores
from ..machine.system import describe
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..records.common import Proof
from ..records.load import LoadRun
from ..records.run import Run
from ..storage.results import read_any
from ..storage.settings import read_gates
from ..targets.secrets import with_secrets
from ..verdicts.baseline import Names, judge_stored
from ..verdicts.judgement import judge
from .measure import Earlier, measure, measure_load
from .publish import Wishes, prepare, publish
from .report import show, show_load
from .sessions import read_baseline
from .values import read_message, read_value


def resume(path: Path, *, quiet: bool) -> Run | LoadRun:
    """Measure the rounds that a stored run lacks, store them behind the others, and return all of it.

    Raises `UsageError` where nothing is missing, or something is no longer what it was; the file stays as it
    is then.
    """
    run = read_any(path)
    if problem := _obstacle(run):
        raise UsageError(f"--resume {path}: {problem}")
    where = Earlier(path, run, lambda label, proof: _vet(path, run, label, proof))
    if isinstance(run, LoadRun):
        return measure_load(_load_plan(run.header.plan), label="", out=None, quiet=quiet, earlier=where)
    return measure(_plan(run.header.plan), label="", out=None, quiet=quiet, earlier=where)


def resume_and_report(path: Path, form: str, *, quiet: bool) -> int:
    """Go on with a stored run of any kind, and print all of it; return the exit code. Raises `UsageError`."""
    run = resume(path, quiet=quiet)
    code = show_load(run, form) if isinstance(run, LoadRun) else show(run, form)
    return STOPPED if run.interrupted else code


def resume_and_judge(path: Path, wishes: Wishes) -> int:
    """Go on with a stored comparison, and judge it; return the exit code. Raises `UsageError`."""
    prepare(wishes, [path])
    run = resume(path, quiet=wishes.quiet)
    judgement = judge(run) if isinstance(run, Run) else None
    if judgement is None or isinstance(run, LoadRun):
        raise UsageError(f"{path} was not made to decide anything: wsbench report {path}")
    code = publish(judgement, run, wishes)
    return STOPPED if run.interrupted else code


def resume_and_check(path: Path, baseline: Path, wishes: Wishes) -> int:
    """Go on with a stored check, side by side or against a baseline; return the exit code.

    Raises `UsageError`.
    """
    prepare(wishes, [path, baseline])
    now = resume(path, quiet=wishes.quiet)
    if now.interrupted:
        return STOPPED
    judgement = judge(now) if isinstance(now, Run) else None
    if judgement is None and isinstance(now, Run):
        base, stored = read_baseline(baseline)
        judgement = judge_stored(base, stored.runs, now, read_gates(wishes.margins), Names("the baseline"))
    if judgement is None:
        raise UsageError(f"{path} is of a load run: wsbench load --resume {path}")
    return publish(judgement, now, wishes)


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
        stored = next((one.servers[label] for one in run.rounds if label in one.servers), None)
    if stored and stored.code and (differing := differences(stored, proof)):
        raise UsageError(f"--resume {path}: {label} is not what it was ({differing}): measure anew")


def _plan(plan: Plan) -> Plan:
    """Return a stored plan with its secrets and messages, without the time that a profile allows."""
    cells = tuple(
        replace(cell, workload=with_messages(cell.workload, (), read_message)) for cell in plan.cells
    )
    servers = tuple(with_secrets(spec, read_value) for spec in plan.servers)
    return replace(plan, cells=cells, servers=servers, budget_s=0.0)


def _load_plan(plan: LoadPlan) -> LoadPlan:
    workload = with_messages(plan.workload, (), read_message)
    return replace(plan, workload=workload, server=with_secrets(plan.server, read_value))
