"""What each agent of a load run is told to do in one step."""

from __future__ import annotations

from msgspec.structs import replace

from ..driver.orders import AgentOrder
from ..machine.launcher import Server
from ..plan.load import LoadPlan, closed_workload, connections_of, patience_of, shares
from ..plan.stages import RateStage
from .drivers import order_of


def stages_of_agent(plan: LoadPlan, number: int) -> tuple[RateStage, ...]:
    """Return the stages with the connections of one agent, counted from 0."""
    return tuple(
        replace(one, connections=shares(one.connections, plan.agents)[number]) if one.connections else one
        for one in plan.stages
    )


def orders_of(plan: LoadPlan, server: Server, rate: float, seed: int) -> list[AgentOrder]:
    """Return an order for each agent: a rate in msg/s, 0 for as fast as it goes, or the plan's stages."""
    workload = plan.workload if rate else closed_workload(plan.workload)
    return [
        AgentOrder(
            cell=order_of(server, replace(workload, connections=connections), plan),
            rate=rate,
            duration_s=plan.duration_s,
            ramp_s=plan.ramp_s,
            arrivals=plan.arrivals,
            seed=seed,
            patience_ns=patience_of(plan),
            limit=plan.limit,
            burst=plan.burst,
            stages=stages_of_agent(plan, number),
        )
        for number, connections in enumerate(connections_of(plan))
    ]
