"""What every run goes through, timed or counted: contract, certificates, rounds, closing."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Generic, TypeVar

from msgspec.structs import replace

from ..conformance.gate import Tried, try_servers
from ..machine.certificates import Certificates, certificates_for
from ..machine.launcher import Server, Start
from ..plan.count import CountPlan
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..records.common import Closing, Failure, Proof, Status
from ..records.count import CountRound
from ..records.events import Event, Failed, RoundDone, Stage
from ..records.load import LoadRound
from ..records.run import Round
from ..targets.spec import ServerSpec
from .gate import gate_of

AnyPlan = TypeVar("AnyPlan", bound=Plan | LoadPlan | CountPlan)
AnyRound = TypeVar("AnyRound", bound=Round | LoadRound | CountRound)


class RunFailedError(Exception):
    """A run can't go on: one line, and the last lines that the server printed."""

    def __init__(self, reason: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.tail = tail


class Frame(ABC, Generic[AnyPlan, AnyRound]):
    """Runs a plan; it knows no screen and no file.

    `on_event` is called with what happens, `save` with each finished round and with the closing line.
    """

    def __init__(
        self,
        plan: AnyPlan,
        on_event: Callable[[Event], None],
        save: Callable[[AnyRound | Closing], None],
    ) -> None:
        self.plan = plan
        self.on_event = on_event
        self.save = save
        self.failed: dict[int, Failure] = {}
        self.tried: dict[str, Tried] = {}
        self.before: tuple[AnyRound, ...] = ()
        self.certificates: Certificates | None = None
        self.vet: Callable[[str, Proof], None] = lambda _label, _proof: None
        self.start: Start = Server

    def go_on(self, before: tuple[AnyRound, ...], vet: Callable[[str, Proof], None]) -> None:
        """Go on after rounds that were measured already.

        `vet` is called with each server that was tried; it raises `UsageError` where that is not what it was.
        """
        self.before, self.vet = before, vet

    def run(self) -> Closing:
        """Measure until the plan is done, its time is up, nobody is left, or somebody presses Ctrl-C."""
        try:
            status = self._run()
        except RunFailedError as problem:
            self.fail(0, str(problem), problem.tail)
            status = "failed"
        except KeyboardInterrupt:
            status = "interrupted"
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        closing = Closing(finished, status, self.failures)
        self.save(closing)
        return closing

    def _run(self) -> Status:
        plan, spent = self.plan, sum(one.seconds for one in self.before)
        begun = time.monotonic() - spent
        if self.before and (over := self.end_after(self.before[-1], spent)):
            return over
        with ExitStack() as stack:
            self.certificates = stack.enter_context(certificates_for(plan.servers))
            untried = [spec for spec in plan.servers if spec.label not in self.tried]
            trials = try_servers(untried, gate_of(plan), self.certificates, self.start)
            stack.callback(trials.close)
            for spec in untried:
                self._verify(spec, trials)
            if self.is_pointless():
                return "failed"
            self.prepare(stack)
            for number in range(len(self.before), plan.rounds):
                one = self.measure_round(number)
                self.save(one)
                self.on_event(RoundDone(number, one.seconds))
                status = self.end_after(one, time.monotonic() - begun)
                if status:
                    return status
        return "incomplete" if self.failures else "complete"

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed so far."""
        return tuple(self.failed.values())

    def _verify(self, spec: ServerSpec, trials: Iterator[Tried]) -> None:
        """Measure nobody who can't answer; its process is not used again, so rounds start fresh."""
        self.on_event(Stage(f"verifying {spec.label}"))
        tried = next(trials)
        self.tried[spec.label] = tried
        if tried.problem:
            self.refuse(spec, tried)
        else:
            self.vet(spec.label, tried.proof)

    def fail(self, cell: int, reason: str, tail: tuple[str, ...]) -> None:
        """Keep why a cell has no number, and report it."""
        self.failed[cell] = Failure(cell, reason, tail)
        self.on_event(Failed(self.failed[cell]))

    def identify(self, label: str, proof: Proof) -> Proof:
        """Return a round's proof with what was found when the server was tried."""
        tried = self.tried[label]
        odd = {name: f"{what} ({name})" for name, what in tried.odd.items()}
        known = {"code": tried.proof.code, "libraries": tried.proof.libraries}
        return replace(proof, **known, deviations=proof.deviations | odd)

    def prepare(self, stack: ExitStack) -> None:
        """Start what serves all rounds, if there is anything; `stack` ends it."""

    def refuse(self, spec: ServerSpec, tried: Tried) -> None:
        """Deal with a server that can't answer what is sent.

        Raises `RunFailedError`: nothing else is measured.
        """
        del spec
        raise RunFailedError(tried.problem, tried.stderr)

    def is_pointless(self) -> bool:
        """Whether nothing is left to learn, since those that were asked about can't be measured."""
        return False

    def end_after(self, one: AnyRound, spent_s: float) -> Status | None:
        """Return how the run ends after a round, None where it goes on; `spent_s` is since its beginning."""
        del one, spent_s
        return None

    @abstractmethod
    def measure_round(self, number: int) -> AnyRound:
        """Measure one round with fresh processes. Raises `RunFailedError` where the run can't go on."""
