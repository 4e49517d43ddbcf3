"""Room for a run on this machine: open files, agents that share connections, processes and threads."""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec.structs import replace

from ..errors import UsageError
from ..machine.process_limits import limits, require_processes
from ..plan.load import LoadPlan, connections_of
from ..plan.run import Plan
from ..standalone.open_files import FilesError, most_connections, room_for


def require_room(plan: LoadPlan, say: Callable[[str], None]) -> LoadPlan:
    """Return the plan with as many agents as it needs here; raises `UsageError` where there is no room."""
    if plan.server.started_by_us:
        require_files(plan.workload.connections, "the server")
    plan = share_out(plan, say)
    require_files(max(connections_of(plan)), "an agent")
    return plan


def share_out(plan: LoadPlan, say: Callable[[str], None]) -> LoadPlan:
    """Return the plan with as many agents as its connections need: none can hold more than its open files."""
    connections, most = plan.workload.connections, most_connections()
    agents = max(plan.agents, math.ceil(connections / most))
    if agents > plan.agents:
        why = f"one process can hold {most:,} connections here (ulimit -Hn)"
        say(f"wsbench: {agents} agents share the {connections:,} connections: {why}")
    return replace(plan, agents=agents)


def require_files(connections: int, whose: str) -> None:
    """Make room for the open files of a plan's processes, which inherit our limits. Raises `UsageError`."""
    try:
        room_for(connections, whose)
    except FilesError as problem:
        raise UsageError(str(problem)) from None


def require_threads(plan: Plan | LoadPlan) -> None:
    """See that a plan's servers and drivers may be started. Raises `ResourceError`."""
    if isinstance(plan, LoadPlan) and plan.scheduler:
        return
    drivers = plan.agents if isinstance(plan, LoadPlan) else len({cell.client for cell in plan.cells})
    require_processes(sum(one.kind != "url" for one in plan.servers) + drivers, limits())
