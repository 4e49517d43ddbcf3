"""What of a plan may be stored: no secret, no message of the user's, no path of this machine."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from ..demand.messages import without_messages
from ..targets.secrets import without_secrets
from .load import LoadPlan
from .run import Plan

PlanT = TypeVar("PlanT", Plan, LoadPlan)


def storable(plan: PlanT) -> PlanT:
    """Return the plan without secrets, and without the paths of interpreters on this machine."""
    plan = plan.with_servers([replace(without_secrets(spec), executable="") for spec in plan.servers])
    if isinstance(plan, LoadPlan):
        return replace(plan, workload=without_messages(plan.workload))
    cells = tuple(replace(cell, workload=without_messages(cell.workload)) for cell in plan.cells)
    return replace(plan, cells=cells, clients=tuple(replace(spec, packages="") for spec in plan.clients))
