"""The load runner: verifies the server once, then runs rounds. It knows no screen and no file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from msgspec.structs import replace

from ..conformance.verify import try_contract
from ..machine.certificates import Certificates, certificates_for
from ..machine.cpus import agent_cores, awake, choose_cores
from ..machine.orders import Settings
from ..plan.load import LoadPlan
from ..records.common import Closing, Failure, Proof, Status
from ..records.events import Event, Failed, RoundDone, Stage
from ..records.load import LoadRound
from .agents import Agents, local_executor
from .load_round import LoadError, LoadRoundRun

Executors = Callable[[int], AbstractContextManager[Executor]]
"""From a number of agents to what runs as many functions at once, inside a block."""


class LoadRunner:
    """Runs a plan: `on_event` hears what happens, `save` gets each finished round and the closing line.

    `elsewhere` is what runs the agents where that is not this machine; then none of them is pinned.
    """

    def __init__(
        self,
        plan: LoadPlan,
        on_event: Callable[[Event], None],
        save: Callable[[LoadRound | Closing], None],
        elsewhere: Executors | None = None,
    ) -> None:
        self.plan = plan
        self.on_event = on_event
        self.save = save
        self.elsewhere = elsewhere
        self.failures: tuple[Failure, ...] = ()

    def run(self) -> Closing:
        """Measure until the plan is done, the server fails, or somebody presses Ctrl-C."""
        status: Status = "complete"
        try:
            self._run()
        except LoadError as problem:
            self._fail(str(problem), problem.tail)
            status = "failed"
        except KeyboardInterrupt:
            status = "interrupted"
        closing = Closing(datetime.now(UTC).isoformat(timespec="seconds"), status, self.failures)
        self.save(closing)
        return closing

    def _fail(self, reason: str, tail: tuple[str, ...]) -> None:
        self.failures = (Failure(0, reason, tail),)
        self.on_event(Failed(self.failures[0]))

    def _run(self) -> None:
        with certificates_for([self.plan.server]) as certificates:
            proof = self._verify(certificates)
            cores = choose_cores()
            settings = Settings(equal=self.plan.equal, core=cores.server, certificates=certificates)
            executors = self.elsewhere or local_executor
            pinned = () if self.elsewhere else agent_cores(self.plan.agents)
            with (
                awake(cores, wanted=self.plan.keep_awake, polite=True) as kept,
                executors(self.plan.agents) as executor,
            ):
                self._measure(Agents(executor, pinned), settings, proof, kept=kept)

    def _verify(self, certificates: Certificates | None) -> Proof:
        """Load nobody who breaks the contract. Raises `LoadError`."""
        self.on_event(Stage(f"verifying {self.plan.server.label}"))
        tried = try_contract(self.plan.server, equal=self.plan.equal, certificates=certificates)
        if tried.problem:
            raise LoadError(tried.problem, tried.stderr)
        return tried.proof

    def _measure(self, agents: Agents, settings: Settings, proof: Proof, *, kept: bool) -> None:
        rounds: list[LoadRound] = []
        for number in range(self.plan.rounds):
            one = LoadRoundRun(self.plan, rounds, agents, self.on_event, settings).run()
            identified = replace(one.server, code=proof.code, libraries=proof.libraries)
            rounds.append(replace(one, awake=kept, server=identified))
            self.save(rounds[-1])
            self.on_event(RoundDone(number, one.seconds))
