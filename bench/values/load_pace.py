"""How a round of a load run goes: how much is asked of whom, how long is waited, and which rate is next."""

from __future__ import annotations

import math

from msgspec.structs import replace

from ..stats.histogram import quantile_name
from .load import LoadPlan, Step
from .workload import Workload

CLOSED_WINDOW, CLOSED_BYTES = 64, 1_048_576
"""Messages in flight that find out what a server answers at most: as many at least, but no more bytes."""

PATIENCE_NS = 10_000_000_000
"""How long a message may wait before a step is given up, where no limit says what is too long."""

LIMITS, LEAST_PATIENCE_NS = 5, 250_000_000
"""How many times the limit it may wait where there is one, and how long it may in any case."""

CLEAR = 0.5
"""The share of the limit up to which one step is enough to say that it holds."""


def patience_of(plan: LoadPlan) -> int:
    """Return how long a message may wait before a step is given up, in ns."""
    return max(LIMITS * plan.limit.ns, LEAST_PATIENCE_NS) if plan.limit else PATIENCE_NS


def closed_workload(workload: Workload) -> Workload:
    """Return the workload with the window that finds out what a server answers at most.

    An open loop has more than one message in flight on a connection as soon as the server is busy.
    """
    wanted = min(CLOSED_WINDOW, CLOSED_BYTES // (workload.size + 1))
    return replace(workload, depth=max(workload.depth, math.ceil(wanted / workload.connections)), think_us=0)


def connections_of(plan: LoadPlan) -> list[int]:
    """Return how many connections each agent has."""
    each, more = divmod(plan.workload.connections, plan.agents)
    return [max(1, each + (number < more)) for number in range(plan.agents)]


def clearly_holds(plan: LoadPlan, step: Step) -> bool:
    """Whether a step leaves no doubt: its quantile is at half of the limit or under."""
    assert plan.limit
    found = step.response_ns.get(quantile_name(plan.limit.quantile))
    return bool(step.holds) and found is not None and found <= CLEAR * plan.limit.ns
