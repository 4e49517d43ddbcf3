"""The runner: verifies each server once, then runs rounds. It knows no screen and no file."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from ..conformance.verify import try_contract
from ..machine.certificates import Certificates, certificates_for
from ..machine.cpus import awake, choose_cores
from ..plan.run import Plan
from ..records.common import Closing, Failure, Proof, Status
from ..records.events import Event, Failed, RoundDone, Stage
from ..records.run import Round
from .round import RoundRun


class Runner:
    """Runs a plan: `on_event` hears what happens, `save` gets each finished round and the closing line.

    `decided` is asked at each planned look of a comparison but the last; where it says yes, the run ends.
    """

    def __init__(
        self,
        plan: Plan,
        on_event: Callable[[Event], None],
        save: Callable[[Round | Closing], None],
        decided: Callable[[], bool] = lambda: False,
    ) -> None:
        self.plan = plan
        self.on_event = on_event
        self.save = save
        self.decided = decided
        self.failed: dict[int, Failure] = {}
        self.proofs: dict[str, Proof] = {}

    def run(self) -> Closing:
        """Measure until the plan is done, its time is up, or somebody presses Ctrl-C."""
        try:
            status = self._run()
        except KeyboardInterrupt:
            status = "interrupted"
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        closing = Closing(finished, status, tuple(self.failed.values()))
        self.save(closing)
        return closing

    def _run(self) -> Status:
        begun = time.monotonic()
        with certificates_for(self.plan.servers) as certificates:
            self._verify(certificates)
            return self._measure(begun, certificates)

    def _measure(self, begun: float, certificates: Certificates | None) -> Status:
        cores = choose_cores()
        looks = self.plan.comparison.looks[:-1] if self.plan.comparison else ()
        with awake(cores, wanted=self.plan.keep_awake) as kept:
            for number in range(self.plan.rounds):
                one = RoundRun(
                    self.plan, number, cores, self.failed, self.on_event, certificates=certificates
                ).run()
                self.save(msgspec.structs.replace(one, awake=kept, servers=self._identified(one)))
                self.on_event(RoundDone(number, one.seconds))
                spent = time.monotonic() - begun
                if len(self.failed) == len(self.plan.cells):
                    break  # there is nobody left to measure
                if number + 1 in looks and self.decided():
                    return "decided"
                if (
                    self.plan.budget_s
                    and number + 1 < self.plan.rounds
                    and spent + one.seconds > self.plan.budget_s
                ):
                    return "out of time"
        return "complete"

    def _identified(self, one: Round) -> dict[str, Proof]:
        """Return a round's proofs with the code that was found when the contract was tried."""
        return {
            label: msgspec.structs.replace(
                proof, code=self.proofs[label].code, libraries=self.proofs[label].libraries
            )
            for label, proof in one.servers.items()
        }

    def _verify(self, certificates: Certificates | None) -> None:
        """Measure nobody who breaks the contract: processes of their own, so that no round starts used."""
        for spec in self.plan.servers:
            self.on_event(Stage(f"verifying {spec.label}"))
            tried = try_contract(spec, equal=self.plan.equal, certificates=certificates)
            self.proofs[spec.label] = tried.proof
            if tried.problem:
                for index, cell in enumerate(self.plan.cells):
                    if cell.server == spec.label:
                        self.failed[index] = Failure(index, tried.problem, tried.stderr)
                        self.on_event(Failed(self.failed[index]))
