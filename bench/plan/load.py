"""Load: what is to be sent at which rate, what one agent saw of it, and one step of all agents together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Self

import msgspec
from msgspec.structs import replace

from ..demand.arrivals import steady
from ..demand.workload import TIMEOUT_S, Arrivals, Wait, Workload, depth_of
from ..targets.contract import START_S
from ..targets.spec import ServerSpec
from .network import NetworkWords
from .stages import RateStage, Window
from .thresholds import Limit, Threshold, limits_of

Mode = Literal["rate", "sweep", "slo", "stages"]


LONG_S = 60.0
"""Steps and rounds of so many seconds are not repeated unless the user says so."""


class LoadPlan(msgspec.Struct, frozen=True):
    """Everything a load run depends on besides the machine; rates in msg/s over all agents together.

    With `rate` each of `rates` is held; with `sweep` they are shares of what the server does at most; with
    `slo` the highest rate is searched at which `limit` holds. Each step lasts `duration_s` after `ramp_s` in
    which the rate rises from 0. `burst` messages more are due at once every second; 0 for none. A round
    starts a fresh server. `workload.connections` are shared out over the `agents`. `client_wait` is None
    before it is decided, and in files of versions that did not say. `timeout_s` is how long connecting or
    an answer may take, `start_timeout_s` how long a server gets to start. `thresholds` are what is judged;
    with `slo`, those on response times are all kept in the search, and `limit` is the first of them.
    `ceiling` in msg/s is what the shares of a sweep are of, None for what the first round finds. `stages` are
    one schedule after the other, without a break, and take the place of rates, `duration_s` (which is that of
    all of them) and `ramp_s`. `beside` are the servers that were measured in turns with this one, each
    with a plan of its own and the same seed, to be compared round by round. `network` is what lies between
    agents and server, None for the loopback. `scheduler` is the address of the Dask cluster whose workers are
    the agents, "" for processes here; `server_on` that of its worker that starts the server, "" for nobody.
    """

    server: ServerSpec
    workload: Workload
    mode: Mode
    rounds: int
    seed: int
    rates: tuple[float, ...] = ()
    limit: Limit | None = None
    arrivals: Arrivals = "uniform"
    duration_s: float = 2.0
    ramp_s: float = 0.5
    agents: int = 1
    burst: int = 0
    equal: bool = True
    keep_awake: bool = True
    client_wait: Wait | None = None
    timeout_s: float = TIMEOUT_S
    start_timeout_s: float = START_S
    thresholds: tuple[Threshold, ...] = ()
    ceiling: float | None = None
    stages: tuple[RateStage, ...] = ()
    beside: tuple[str, ...] = ()
    network: NetworkWords | None = None
    scheduler: str = ""
    server_on: str = ""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """All limits on quantiles of the response time."""
        return limits_of(self.thresholds) or ((self.limit,) if self.limit else ())

    @property
    def kept(self) -> str:
        """What is kept up to the capacity: `p99 = 5 ms and max = 50 ms`."""
        return " and ".join(map(str, self.limits))

    @property
    def mean_rate(self) -> float:
        """The rate of all stages together, in msg/s."""
        return sum(one.messages for one in self.stages) / self.duration_s

    @property
    def measured_s(self) -> float:
        """How long the steps of a round take together, without ramps; of a sweep or a search unknown: 0."""
        return {"rate": len(self.rates), "stages": 1}.get(self.mode, 0) * self.duration_s

    @property
    def is_long(self) -> bool:
        """Whether one step is so long that it is held once, whatever it is like."""
        return self.duration_s >= LONG_S

    @property
    def servers(self) -> tuple[ServerSpec, ...]:
        """The one server, as in a plan of servers side by side."""
        return (self.server,)

    def with_servers(self, specs: Sequence[ServerSpec]) -> Self:
        """Return the plan with its server in the form of `specs[0]`."""
        return replace(self, server=specs[0])


CLOSED_WINDOW, CLOSED_BYTES = 64, 1_048_576
"""Messages in flight that find out what a server answers at most: as many at least, but no more bytes."""


TIMEOUTS, LIMITS, LEAST_PATIENCE_NS = 2, 5, 250_000_000
"""A message may wait so many timeouts where no limit says what is too long, so many times the limit where
one does, and so long in any case."""


def patience_of(plan: LoadPlan) -> int:
    """Return how long a message may wait before a step is given up, in ns."""
    if plan.limit:
        return max(LIMITS * plan.limit.ns, LEAST_PATIENCE_NS)
    return max([round(TIMEOUTS * plan.timeout_s * 1e9), *(LIMITS * one.ns for one in plan.limits)])


def closed_workload(workload: Workload) -> Workload:
    """Return the workload with the window that finds out what a server answers at most.

    An open loop has more than one message in flight on a connection as soon as the server is busy.
    """
    if workload.one_way:
        depth = depth_of(workload.size, workload.connections)
        return replace(workload, depth=max(workload.depth, depth), think_us=0)
    wanted = min(CLOSED_WINDOW, CLOSED_BYTES // (workload.size + 1))
    return replace(workload, depth=max(workload.depth, math.ceil(wanted / workload.connections)), think_us=0)


def connections_of(plan: LoadPlan) -> list[int]:
    """Return how many connections each agent has."""
    return shares(plan.workload.connections, plan.agents)


def shares(connections: int, agents: int) -> list[int]:
    """Return how many of the connections each agent has, at least one."""
    each, more = divmod(connections, agents)
    return [max(1, each + (number < more)) for number in range(agents)]


def window_of(plan: LoadPlan, rate: float, stage: int | None) -> Window:
    """Return what a step at a rate in msg/s is about: what is behind its ramp, or that stage of the plan."""
    if stage is None:
        whole = plan.ramp_s + plan.duration_s
        return Window(steady(rate, plan.duration_s, ramp_s=plan.ramp_s), plan.ramp_s, whole)
    begin = sum(one.duration_s for one in plan.stages[:stage])
    return Window(plan.stages, begin, begin + plan.stages[stage].duration_s, staged=True)
