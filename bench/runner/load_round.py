"""One round of a load run: a fresh server, one rate after another, one record."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ..demand.workload import Workload
from ..driver.agent import EXPECTED
from ..driver.memory import resident_of
from ..driver.orders import CellOrder, explain, wire_session
from ..driver.step import warmed
from ..machine.launcher import Server, Start
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..machine.system import Watch
from ..network.link import Network
from ..plan.load import LoadPlan, closed_workload
from ..plan.turns import varied_environment
from ..records.common import Handshake
from ..records.events import Event, Stage, Stepped
from ..records.load import LoadRound, Step
from ..records.rates.agent_rows import failure_of
from ..records.rates.lateness import spoils
from ..records.rates.report import AgentReport
from ..records.steps import merged, merged_stages
from ..stats.capacity import RESOLUTION, Search, found, next_rate, steps_left, told
from .agents import Agents
from .drivers import order_of
from .frame import RunFailedError
from .load_orders import orders_of

PROBES, FAULTS = 40, 6
"""Rates that a search tries at most, and steps in a row that can't be believed after which it ends."""

TRIES = 3
"""How often a rate is held for one step where the client was late: something else had its core."""


class LoadRoundRun:
    """Runs one round of a plan; `before` are the rounds before it, `network` lies between both sides."""

    def __init__(  # noqa: PLR0913  # a plan, who hears of it, and where each side is
        self,
        plan: LoadPlan,
        before: Sequence[LoadRound],
        agents: Agents,
        on_event: Callable[[Event], None],
        settings: Settings,
        network: Network | None = None,
        *,
        start: Start = Server,
    ) -> None:
        self.plan = plan
        self.before, self.number = before, len(before)
        self.agents = agents
        self.on_event = on_event
        self.network = network or Network()
        with self.network.at("server"):
            self.server = start(plan.server, settings, varied_environment(plan.seed, self.number))
        self.rng = random.Random(f"steps:{plan.seed}:{self.number}")
        self.steps: list[Step] = []
        self.handshake = Handshake()
        self.ceiling: float | None = None
        self.capacity: float | None = None
        self.silence = ""  # what the step before left unanswered, where it was given up

    def run(self) -> LoadRound:
        """Measure; whatever happens, no server is left. Raises `RunFailedError`."""
        watch = Watch()
        self.on_event(Stage(f"starting round {self.number + 1}"))
        try:
            self.server.wait_ready()
            self._greet()
            asked = {"rate": self._rates, "sweep": self._sweep, "slo": self._search, "stages": self._stages}
            asked[self.plan.mode]()
            processes = self.server.processes
            rss = (resident_of(self.server.pid) or 0) if self.server.pid else None
        except ChildError as problem:
            raise RunFailedError(str(problem), self.server.tail) from None
        finally:
            self.server.stop()
        return LoadRound(
            number=self.number,
            seconds=watch.seconds,
            steps=tuple(self.steps),
            server=self.server.proof,
            handshake=self.handshake,
            capacity=self.capacity,
            ceiling=self.ceiling,
            rss=rss,
            steal=watch.steal,
            swapped=watch.swapped,
            processes=processes,
        )

    def _greet(self) -> None:
        """Warm the server up over a connection of our own, and ask what it and its sockets are set to."""
        session = wire_session(self._cell(closed_workload(replace(self.plan.workload, connections=1))))
        try:
            with self.network.at("client"), contextlib.closing(session):
                self.handshake = session.open()
                warmed(session)
                values = set(self.server.nodelay().values())
        except EXPECTED as problem:
            self._give_up(explain(problem))
        self.handshake = replace(self.handshake, nodelay=all(values) if values else None)

    def _give_up(self, reason: str) -> None:
        """Raise `RunFailedError`, with how the server ended where it did."""
        child = self.server.child
        if child and not child.settles():
            reason = f"{self.plan.server.label} {child.fate()}"
        raise RunFailedError(reason, self.server.tail)

    def _cell(self, workload: Workload) -> CellOrder:
        return order_of(self.server, workload, self.plan)

    def _step(self, rate: float, left: int) -> Step:
        """Hold a rate; `left` steps are still to come after it."""
        return self._held(rate, lambda found: [merged(self.plan, self.number, rate, found)], left)[-1]

    def _stages(self) -> None:
        """Go through all stages."""
        self._held(self.plan.mean_rate, lambda found: merged_stages(self.plan, self.number, found))

    def _held(
        self, rate: float, steps_of: Callable[[list[AgentReport]], list[Step]], left: int = 0
    ) -> list[Step]:
        """Return the steps that the agents make of a rate; short ones again where they can't be believed."""
        for _ in range(1 if self.plan.is_long else TRIES):
            steps = steps_of(self._asked(rate))
            for place, step in enumerate(steps, 1):
                self._keep(step, left + len(steps) - place)
            if not any(self._is_spoilt(step) and not step.holds for step in steps):
                break
        return steps

    def _asked(self, rate: float) -> list[AgentReport]:
        """Have the agents hold a rate. Raises `RunFailedError` where one of them fails."""
        reports = self.agents.step(orders_of(self.plan, self.server, rate, self.rng.randrange(2**32)))
        if failure := failure_of(reports):
            if reports[0].name:  # of a cluster: what the other workers saw is kept, marked
                self._keep(merged(self.plan, self.number, rate, reports), 0)
            self._give_up(failure + self.silence)
        child = self.server.child
        if any(one.errors for one in reports) and child and not child.settles():
            self._give_up("it is gone")
        if any(one.aborted for one in reports):
            silent = sum(one.unanswered for one in reports)
            self.silence = f"; at {rate:,.0f} msg/s before it, no reply to {silent:,} messages"
        return reports

    def _keep(self, step: Step, left: int) -> None:
        """Keep a step that is over, and tell of it; `left` are still to come after it."""
        self.steps.append(step)
        self.on_event(Stepped(step, len(self.steps), len(self.steps) + left))

    def _rates(self) -> None:
        self._each(self.plan.rates)

    def _each(self, rates: Sequence[float]) -> None:
        """Hold each rate once, in an order of this round's own."""
        for done, rate in enumerate(self.rng.sample(rates, len(rates)), 1):
            self._step(rate, len(rates) - done)

    def _find_ceiling(self, left: int) -> float:
        self.ceiling = self._step(0.0, left).achieved
        return max(1.0, self.ceiling)

    def _sweep(self) -> None:
        """Hold shares of the plan's ceiling, or of what the server answered at most in the first round."""
        found_now = self._find_ceiling(len(self.plan.rates))
        first = self.plan.ceiling or (self.before[0].ceiling if self.before else None) or found_now
        self._each([share * first for share in self.plan.rates])

    def _search(self) -> None:
        """Find the highest rate at which the limit holds."""
        known = next((one.capacity for one in reversed(self.before) if one.capacity), None)
        usual = steps_left(Search(start=1.0, resolution=RESOLUTION))
        search = Search(start=known or self._find_ceiling(usual), resolution=RESOLUTION)
        for _ in range(PROBES):
            rate = next_rate(search)
            if rate is None or self._is_hopeless():
                break
            search = told(search, rate, bool(self._step(rate, steps_left(search)).holds))
        self.capacity = found(search)

    def _is_hopeless(self) -> bool:
        """Whether so many steps in a row can't be believed that going on would only take time."""
        latest = self.steps[-FAULTS:]
        return len(latest) == FAULTS and all(map(self._is_spoilt, latest))

    def _is_spoilt(self, step: Step) -> bool:
        """Whether a step does not say what it was held for."""
        return bool(step.fault) or spoils(self.plan, step)
