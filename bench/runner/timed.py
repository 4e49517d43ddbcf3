"""What every timed run goes through besides: cores of its own, kept awake while a round is measured."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import ExitStack
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from ..machine.certificates import Certificates
from ..machine.cpus import Cores, awake, choose_cores
from ..network.link import Network
from ..plan.load import LoadPlan
from ..plan.run import Plan
from ..records.load import LoadRound
from ..records.run import Round
from .frame import Frame, RunFailedError

TimedPlan = TypeVar("TimedPlan", bound=Plan | LoadPlan)
TimedRound = TypeVar("TimedRound", bound=Round | LoadRound)


class Setting(NamedTuple):
    """What all rounds of a run have in common: cores, certificates, and where client and server are."""

    cores: Cores
    certificates: Certificates | None
    network: Network


class TimedFrame(Frame[TimedPlan, TimedRound]):
    """Runs a plan whose numbers are times."""

    network = Network()
    """What lies between client and server; the contract is tried without it, for it says nothing of times."""

    def prepare(self, stack: ExitStack) -> None:
        """Choose the cores, and keep them awake as far as the plan wants it."""
        cores = choose_cores()
        wanted = self.plan.keep_awake
        self.vigil = stack.enter_context(awake(cores, wanted=wanted, polite=self.polite(cores)))
        self.setting = Setting(cores, self.certificates, self.network)

    def polite(self, cores: Cores) -> tuple[int | None, ...]:
        """Return the cores that need not be kept awake while they are busy: a client that polls is always."""
        return (cores.client,) if self.plan.client_wait == "poll" else ()

    def measure_round(self, number: int) -> TimedRound:
        """Measure one round, and note whether the cores were awake all the time."""
        self.vigil.begin()
        one = self.time_round(number, self.setting)
        if self.network.end:
            raise RunFailedError(self.network.end)
        lapses = self.vigil.lapses()
        return replace(one, awake=self.vigil.kept and not lapses, lapses=lapses)

    @abstractmethod
    def time_round(self, number: int, setting: Setting) -> TimedRound:
        """Measure one round with fresh processes. Raises `RunFailedError` where the run can't go on."""
