"""What of a plan may be stored, no secret, no message of the user's, no path of here; and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from ..demand.messages import with_messages, without_messages
from ..targets.secrets import with_secrets, without_secrets
from .count import CountPlan
from .load import LoadPlan
from .run import Plan

PlanT = TypeVar("PlanT", Plan, LoadPlan)
AnyPlanT = TypeVar("AnyPlanT", Plan, LoadPlan, CountPlan)


def storable(plan: AnyPlanT) -> AnyPlanT:
    """Return the plan without secrets, and without the paths of interpreters on this machine."""
    plan = plan.with_servers([replace(without_secrets(spec), executable="") for spec in plan.servers])
    if isinstance(plan, CountPlan):
        counted = (replace(cell, workload=without_messages(cell.workload)) for cell in plan.cells)
        return replace(plan, cells=tuple(counted))
    if isinstance(plan, LoadPlan):
        return replace(plan, workload=without_messages(plan.workload))
    cells = tuple(replace(cell, workload=without_messages(cell.workload)) for cell in plan.cells)
    return replace(plan, cells=cells, clients=tuple(replace(spec, packages="") for spec in plan.clients))


def completed(
    plan: PlanT, read_value: Callable[[str, str], str], read_message: Callable[[str], str]
) -> PlanT:
    """Return a stored plan to go on with: with its secrets and messages, without the time a profile allows.

    Raises `UsageError` where a value that was left out can't be read again.
    """
    plan = plan.with_servers([with_secrets(spec, read_value) for spec in plan.servers])
    if isinstance(plan, LoadPlan):
        return replace(plan, workload=with_messages(plan.workload, (), read_message))
    cells = tuple(
        replace(cell, workload=with_messages(cell.workload, (), read_message)) for cell in plan.cells
    )
    return replace(plan, cells=cells, budget_s=0.0)
