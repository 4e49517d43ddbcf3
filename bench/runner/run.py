"""Servers side by side: the rounds of a plan, and when they end."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ..conformance.gate import Tried
from ..network.link import Network
from ..plan.run import Plan
from ..records.common import Closing, Failure, Proof, Status
from ..records.events import Event, Refused
from ..records.run import Round
from ..targets.spec import ServerSpec
from .round import RoundRun
from .timed import Setting, TimedFrame


class Runner(TimedFrame[Plan, Round]):
    """Runs a plan side by side; a cell that fails is left out from then on.

    `decided` is asked at each planned look of a comparison but the last; where it says yes, the run ends.
    `network` is what lies between clients and servers.
    """

    def __init__(
        self,
        plan: Plan,
        on_event: Callable[[Event], None],
        save: Callable[[Round | Closing], None],
        decided: Callable[[], bool] = lambda: False,
        network: Network | None = None,
    ) -> None:
        super().__init__(plan, on_event, save)
        self.network = network or Network()
        self.decided = decided
        self.looks = plan.comparison.looks[:-1] if plan.comparison else ()

    def go_on(self, before: tuple[Round, ...], vet: Callable[[str, Proof], None]) -> None:
        """Go on after rounds that were measured already; what failed in them is not tried again."""
        super().go_on(before, vet)
        self.failed |= {failure.cell: failure for one in before for failure in one.failures}

    def refuse(self, spec: ServerSpec, tried: Tried) -> None:
        """Leave out all cells of a server that can't answer what the run sends."""
        for index, cell in enumerate(self.plan.cells):
            if cell.server == spec.label:
                self.failed[index] = Failure(index, tried.problem, tried.stderr)
        self.on_event(Refused(spec.label, tried.problem))

    def is_pointless(self) -> bool:
        """Whether all servers that were named are gone, or somebody of each pair that is compared."""
        plan = self.plan
        left = {cell.server for index, cell in enumerate(plan.cells) if index not in self.failed}
        if plan.comparison:
            return not any({*pair} <= left for pair in plan.comparison.pairs)
        named = {spec.label for spec in plan.servers if not spec.in_every_run}
        return bool(named) and not named & left

    def begin_round(self, number: int, setting: Setting) -> RoundRun:
        """Return a round that is still to be run."""
        return RoundRun(
            self.plan,
            number,
            setting.cores,
            self.failed,
            self.on_event,
            certificates=setting.certificates,
            network=setting.network,
        )

    def time_round(self, number: int, setting: Setting) -> Round:
        """Measure one round: all cells in turns."""
        one = self.begin_round(number, setting).run()
        servers = {label: self.identify(label, proof) for label, proof in one.servers.items()}
        return replace(one, servers=servers)

    def end_after(self, one: Round, spent_s: float) -> Status | None:
        """End where nobody is left, a look decides, or another round would take more than the time."""
        plan, done = self.plan, one.number + 1
        if len(self.failed) == len(plan.cells) or self.is_pointless():
            return "failed"
        if done in self.looks and self.decided():
            return "decided"
        if plan.budget_s and done < plan.rounds and spent_s + one.seconds > plan.budget_s:
            return "out of time"
        return None
