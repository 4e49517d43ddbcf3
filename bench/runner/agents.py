"""Several agents at once, wherever functions can be run: the seam is `concurrent.futures.Executor`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from itertools import repeat
from typing import TypeVar

import msgspec

from ..driver.agent import connecting, drive, failed
from ..driver.orders import AgentOrder
from ..driver.telling import tell_through
from ..machine.variables import clean
from ..records.rates.report import AgentReport
from ..standalone import child
from .live import Line

ALLOWANCE_S = 0.3
"""How long agents that are to begin together get to connect, at least."""

MARGIN, TRIES = 2.0, 3
"""How many times as long as it took before they get; how often a step is tried where that was too short."""

Result = TypeVar("Result")


class Agents:
    """Drives steps with the agents of one executor; `cores` are those of the agents, () for none.

    On the `line` it is heard what they tell of each second.

    Raises whatever a call raises there that is no failure of the network or of a worker: a `UsageError`.
    """

    def __init__(
        self, executor: Executor, cores: Sequence[int | None] = (), line: Line | None = None
    ) -> None:
        self.executor = executor
        self.line = line
        self.cores = cores
        self.allowance = 0.0
        """How long the agents get to connect, in s; 0 where that was not tried yet."""

    def step(self, orders: Sequence[AgentOrder]) -> list[AgentReport]:
        """Have each agent drive its order, all beginning at once; one alone begins when it is connected."""
        cores = [*self.cores, *repeat(None, len(orders))]
        orders = [
            msgspec.structs.replace(
                order,
                agent=number,
                agents=len(orders),
                core=cores[number],
                shares_core=cores[: len(orders)].count(cores[number]) > 1,
            )
            for number, order in enumerate(orders)
        ]
        if len(orders) == 1:
            return self._drive(orders)
        if not self.allowance:
            took = self._all(connecting, orders, lambda _: 0.0)
            self.allowance = max(ALLOWANCE_S, MARGIN * max(took))
        for _ in range(TRIES):
            begin = time.time_ns() + round(self.allowance * 1e9)
            reports = self._drive([msgspec.structs.replace(one, start_at_ns=begin) for one in orders])
            late = max((report.begun_ns - begin for report in reports if report.failure), default=0)
            if late <= 0:
                break
            self.allowance = MARGIN * (self.allowance + late / 1e9)
        return reports

    def _drive(self, orders: Sequence[AgentOrder]) -> list[AgentReport]:
        with self.line.open() if self.line else nullcontext():
            return self._all(drive, orders, failed)

    def _all(
        self,
        function: Callable[[AgentOrder], Result],
        orders: Sequence[AgentOrder],
        otherwise: Callable[[str], Result],
    ) -> list[Result]:
        """Call a function for all orders at once; `otherwise` makes a result where a worker died of it."""
        try:
            futures = [self.executor.submit(function, order) for order in orders]
            wait(futures)
            return [future.result() for future in futures]
        except BrokenExecutor:
            return [otherwise("an agent's process died") for _ in orders]


def _begin_worker(parent: int, way: socket.socket | None = None) -> None:
    """Prepare a worker's process: it must not outlive `parent`, whoever of them is interrupted.

    It tells of seconds through `way`, where there is one.
    """
    for name in ("SIGINT", "SIGHUP"):  # of a terminal, which reach all of its processes
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    child.die_with_parent()
    if os.getppid() != parent:  # it died before that was asked for
        os._exit(1)
    child.settle_heap()
    tell_through(way)


@contextmanager
def local_executor(count: int, way: socket.socket | None = None) -> Iterator[Executor]:
    """Run `count` processes for agents on this machine; none is left, however the block or we end.

    They tell of each second through `way`, where there is one.

    All are started at once, with SIGINT blocked: a Ctrl-C goes to every process of a terminal, and those that
    are still importing would print where they were.
    """
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), initializer=_begin_worker, initargs=(os.getpid(), way)
    )
    try:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with clean():
                started = [executor.submit(os.getpid) for _ in range(count)]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        wait(started)
        yield executor
    except BaseException:
        for one in set(multiprocessing.active_children()) - before:
            one.kill()  # it would go on to the end of its step
        raise
    finally:
        executor.shutdown(cancel_futures=True)
