"""A server at rates: the rounds of a load plan, each with a fresh server and the same agents."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from multiprocessing import resource_tracker

from msgspec.structs import replace

from ..machine.cpus import Cores, agent_cores
from ..machine.launcher import Server, Start
from ..machine.orders import Settings
from ..network.link import Network
from ..plan.load import LoadPlan
from ..plan.stages import stage_at
from ..records.common import Closing, Proof
from ..records.events import Event, Stepped, Ticked
from ..records.live import Told
from ..records.load import LoadRound, LoadStep
from .agents import Agents, local_executor
from .live import Line
from .load_round import LoadRoundRun
from .timed import Setting, TimedFrame

Executors = Callable[[int], AbstractContextManager[Executor]]
"""From a number of agents to what runs as many functions at once, inside a block."""


class LoadRunner(TimedFrame[LoadPlan, LoadRound]):
    """Runs a plan at rates; each step is saved as well, before anybody is told of it.

    `elsewhere` is what runs the agents where that is not this machine; then none of them is pinned, and none
    tells of each second, as with `live` those of this machine do. `network` is what
    lies between agents and server. `start` starts the server, which may be elsewhere as well.
    """

    def __init__(  # noqa: PLR0913  # a plan, who hears of it, and where each side is
        self,
        plan: LoadPlan,
        on_event: Callable[[Event], None],
        save: Callable[[LoadRound | LoadStep | Closing], None],
        elsewhere: Executors | None = None,
        network: Network | None = None,
        *,
        live: bool = False,
        start: Start = Server,
    ) -> None:
        super().__init__(plan, on_event, save)
        self.start = start
        self.network = network or Network()
        self.save_step: Callable[[LoadStep], None] = save
        self.elsewhere = elsewhere
        self.live = live
        self.rounds: list[LoadRound] = []

    def go_on(self, before: tuple[LoadRound, ...], vet: Callable[[str, Proof], None]) -> None:
        """Go on after rounds that were measured already; the next begins where they ended."""
        super().go_on(before, vet)
        self.rounds = [*before]

    def polite(self, cores: Cores) -> tuple[int | None, ...]:
        """Return both cores: near saturation a spinner would stop the server for whole ticks."""
        return cores.server, cores.client

    def prepare(self, stack: ExitStack) -> None:
        """Choose the cores, and start the agents."""
        super().prepare(stack)
        agents = self.plan.agents
        if self.elsewhere:
            self.agents = Agents(stack.enter_context(self.elsewhere(agents)))
            return
        resource_tracker.ensure_running()  # it lives as long as we do, so that namespace is not for it
        line = Line(agents, self._tick) if self.live else None
        if line:
            stack.callback(line.close)
        with self.network.at("client"):
            executor = stack.enter_context(local_executor(agents, line.theirs if line else None))
        self.agents = Agents(executor, agent_cores(agents), line)

    def _tick(self, second: Told) -> None:
        """Tell of a second of the step under way."""
        stage = stage_at(self.plan.stages, second.at_s) if self.plan.stages else None
        self.on_event(Ticked(len(self.rounds), second, stage))

    def _hear(self, event: Event) -> None:
        """Tell what happens in a round; a step that is over is on the disk by then."""
        if isinstance(event, Stepped):
            self.save_step(LoadStep(event.done - 1, event.step))
        self.on_event(event)

    def time_round(self, number: int, setting: Setting) -> LoadRound:
        """Measure one round; later ones begin where the ones before it ended."""
        settings = Settings(
            equal=self.plan.equal,
            host=setting.network.host,
            core=setting.cores.server,
            certificates=setting.certificates,
            start_timeout=self.plan.start_timeout_s,
        )
        one = LoadRoundRun(
            self.plan, self.rounds, self.agents, self._hear, settings, setting.network, start=self.start
        ).run()
        server = self.identify(self.plan.server.label, one.server)
        self.rounds.append(replace(one, number=number, server=server))
        return self.rounds[-1]
