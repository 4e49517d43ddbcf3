"""A runner whose rounds are kept whole, for whoever wants every slice and stores nothing."""

from __future__ import annotations

from ..plan.run import Plan
from .round import RoundRun
from .run import Runner
from .timed import Setting


class KeepingRunner(Runner):
    """Runs a plan and keeps its rounds, which know every slice; nothing is shown or stored."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, lambda _event: None, lambda _line: None)
        self.rounds: list[RoundRun] = []

    def begin_round(self, number: int, setting: Setting) -> RoundRun:
        """Return a round that is still to be run, and keep it."""
        self.rounds.append(super().begin_round(number, setting))
        return self.rounds[-1]
