"""What servers do for a message, counted: the rounds of a count plan, some processes at a time.

Counts do not depend on what else the machine does, so nothing is pinned, kept awake or held apart, and a
round begins before the last one has ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager

from ..conformance.gate import Tried
from ..counting.errors import CountError
from ..counting.process import Counting, count
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.system import Watch
from ..plan.count import INSTRUMENTS, CountPlan, Instrument
from ..plan.turns import varied_environment
from ..records.common import Closing, Failure, Proof, Status
from ..records.count import Count, CountRound
from ..records.events import Counted, Event, Failed, Refused, Stage
from ..targets.spec import ServerSpec
from .frame import Frame

AT_ONCE = 4
"""How many processes are counted at a time; beside others on the same cores each has a share of its own."""

Job = tuple[int, Instrument]
"""A cell, and by what it is counted."""


class CountRunner(Frame[CountPlan, CountRound]):
    """Runs a plan of counts; a cell that one instrument can't count is left out there from then on.

    All of the plan's instruments are there (counting/tools.py).
    """

    def __init__(
        self,
        plan: CountPlan,
        on_event: Callable[[Event], None],
        save: Callable[[CountRound | Closing], None],
    ) -> None:
        super().__init__(plan, on_event, save)
        self.jobs: list[Job] = [*plan.jobs()]
        self.lost: dict[Job, Failure] = {}
        self.pool = ThreadPoolExecutor(AT_ONCE, "count")
        self.begun: dict[int, dict[Future[Counting | CountError], Job]] = {}
        self.alive: set[Server] = set()
        self.lock = threading.Lock()
        self.halted = False

    def refuse(self, spec: ServerSpec, tried: Tried) -> None:
        """Leave out all cells of a server that can't answer what the run sends."""
        for index, cell in enumerate(self.plan.cells):
            if cell.server == spec.label:
                self.failed[index] = Failure(index, tried.problem, tried.stderr)
        self.on_event(Refused(spec.label, tried.problem))

    def is_pointless(self) -> bool:
        """Whether nobody is left of those that were named, or of each pair that is compared."""
        left = {self.plan.cells[cell].server for cell, _ in self.left()}
        if self.plan.comparison:
            return not any({*pair} <= left for pair in self.plan.comparison.pairs)
        return not left

    def left(self) -> list[Job]:
        """Return what is still to be counted in each round."""
        return [job for job in self.jobs if job not in self.lost and job[0] not in self.failed]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed so far: whole cells, and instruments with a cell."""
        return (*self.failed.values(), *self.lost.values())

    def end_after(self, one: CountRound, spent_s: float) -> Status | None:
        """End where nobody is left."""
        del one, spent_s
        return "failed" if self.is_pointless() else None

    def prepare(self, stack: ExitStack) -> None:
        """Have everything end that was begun, however the run ends."""
        stack.callback(self.pool.shutdown, cancel_futures=True)
        stack.callback(self._halt)

    def measure_round(self, number: int) -> CountRound:
        """Count every cell by every instrument, each in a process of its own."""
        watch, before = Watch(), set(self.lost)
        self.on_event(Stage(f"starting round {number + 1}"))
        self._begin(number)
        self._begin(number + 1)
        counts, servers = list[Count](), dict[str, Proof]()
        futures = {future: job for future, job in self.begun.pop(number).items() if job not in self.lost}
        for done, future in enumerate(as_completed(futures), 1):
            cell, instrument = job = futures[future]
            if isinstance(one := future.result(), Counting):
                counts.append(one.count)
                label = self.plan.cells[cell].server
                servers[label] = self.identify(label, one.proof)
            else:
                self._lose(job, one)
            self.on_event(Counted(number, done, len(futures), cell, instrument))
        environment = varied_environment(self.plan.seed, number)
        return CountRound(
            number=number,
            seconds=watch.seconds,
            counts=tuple(sorted(counts, key=lambda one: (one.cell, INSTRUMENTS.index(one.instrument)))),
            servers=servers,
            hash_seed=int(environment["PYTHONHASHSEED"]),
            padding=len(environment["WSBENCH_PADDING"]),
            failures=tuple(failure for job, failure in self.lost.items() if job not in before),
        )

    def _begin(self, number: int) -> None:
        """Have the pool count a round once it is done with those before, if there is such a round."""
        if number < self.plan.rounds and number not in self.begun:
            environment = varied_environment(self.plan.seed, number)
            self.begun[number] = {self.pool.submit(self._count, job, environment): job for job in self.left()}

    def _count(self, job: Job, environment: dict[str, str]) -> Counting | CountError:
        """Count one cell by one instrument, in a thread of the pool; return what came of it."""
        settings = Settings(
            equal=self.plan.equal,
            certificates=self.certificates,
            start_timeout=self.plan.start_timeout_s,
        )
        try:
            return count(self.plan, *job, settings, environment, self._alive)
        except CountError as problem:
            return problem

    @contextmanager
    def _alive(self, server: Server) -> Iterator[None]:
        """Have Ctrl-C end a server that is started, and is ended, inside."""
        with self.lock:
            if self.halted:
                server.stop()
                raise CountError("it was stopped")
            self.alive.add(server)
        try:
            yield
        finally:
            with self.lock:
                self.alive.remove(server)

    def _halt(self) -> None:
        """End the processes that are being counted: there are some where the run did not come to its end."""
        with self.lock:
            self.halted = True
            for server in self.alive:
                server.stop()

    def _lose(self, job: Job, problem: CountError) -> None:
        """Keep why a cell has no count by an instrument, and report it."""
        cell, instrument = job
        self.lost[job] = Failure(cell, f"{instrument}: {problem}", problem.tail)
        self.on_event(Failed(self.lost[job]))
