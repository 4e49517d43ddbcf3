"""In the place of the runner of load runs: no server, no agents, known steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loads import round_of, step_of
from runs import environment
from wsbench.plan.load import LoadPlan
from wsbench.records.common import Closing
from wsbench.records.load import LoadRound, LoadStep
from wsbench.stats.histogram import encode
from wsbench.workflow import measure
from wsbench.workflow.load import measure as load_measure
from wsbench.workflow.load import turns as load_turns

CEILING, CAPACITY = 10_000.0, 2_400.0
RESPONSE = encode([45_000] * 980 + [90_000] * 20)


def pretend(monkeypatch: pytest.MonkeyPatch) -> type[Stand]:
    """Have no server, no driver and no look at the machine, which takes long; return the stand-in."""
    made = type("Made", (Stand,), {"plans": []})
    monkeypatch.setattr(load_measure, "LoadRunner", made)
    monkeypatch.setattr(load_turns, "LoadRunner", Turn)
    monkeypatch.setattr(measure, "describe", lambda _cores: environment())
    return made


class Stand:
    """Saves rounds in which every rate was held, with a p99 of 90 µs, and ends as it is told.

    That may be within a round, after so many steps `more`.
    """

    status = "complete"
    rounds = 4
    more = 0
    plans: list[LoadPlan] = []  # noqa: RUF012  # the tests share it, one at a time

    def __init__(
        self,
        plan: LoadPlan,
        on_event: Callable[[Any], None],
        save: Callable[[LoadStep | LoadRound | Closing], None],
        **_more: object,
    ) -> None:
        self.plan, self.on_event, self.save = plan, on_event, save
        self.plans.append(plan)

    def run(self) -> Closing:
        """Save all there is to save."""
        for number in range(self.rounds + bool(self.more)):
            one = self.round(number)
            for line in map(LoadStep, range(self.more if number == self.rounds else 99), one.steps):
                self.save(line)
            if number < self.rounds:
                self.save(one)
        closing = Closing("2026-01-02T03:06:05+00:00", self.status)  # type: ignore[arg-type]
        self.save(closing)
        return closing

    def round(self, number: int) -> LoadRound:
        """Return what a round of the plan finds."""
        plan = self.plan
        if plan.mode == "slo":
            held = step_of(number, CAPACITY, 0.045, holds=True)
            return round_of([held, step_of(number, 1.01 * CAPACITY, 9, holds=False)], capacity=CAPACITY)
        if plan.mode == "sweep":
            first = step_of(number, 0, 0.4, achieved=CEILING)
            shares = [step_of(number, share * (plan.ceiling or CEILING), 0.045) for share in plan.rates]
            return round_of([first, *shares], ceiling=CEILING)
        if plan.stages:
            stages = enumerate(plan.stages)
            return round_of(
                [step_of(number, one.rate, 0.045, response=RESPONSE, stage=at) for at, one in stages]
            )
        return round_of([step_of(number, rate, 0.045, response=RESPONSE) for rate in plan.rates])


class Turn(Stand):
    """Saves one round more than there are."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.tried: dict[str, object] = {}

    def go_on(self, before: tuple[LoadRound, ...], _vet: object) -> None:
        """Take the rounds that are there."""
        assert len(before) == self.plan.rounds - 1

    def run(self) -> Closing:
        """Save the one round."""
        one = self.round(self.plan.rounds - 1)
        for line in map(LoadStep, range(99), one.steps):
            self.save(line)
        self.save(one)
        return Closing("2026-01-02T03:06:05+00:00", "complete")
