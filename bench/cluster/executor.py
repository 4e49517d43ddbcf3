"""The workers of a cluster as an executor: what it is given an agent does, by the clock of its host."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from ..driver.agent import connecting, drive, failed
from ..driver.orders import AgentOrder
from ..records.rates.report import AgentReport
from . import worker
from .clocks import Offset
from .crew import Crew
from .members import Member

Result = TypeVar("Result")

SLACK_S = 30.0
"""How much longer than it should take a worker gets for a step, in s."""


class ClusterExecutor(Executor):
    """Has order number i driven by worker number i; a thread here waits for each.

    Functions must be those that an agent knows. A future has a result in any case: of a worker that is lost
    or fails it is what an agent reports that failed.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self._steps = itertools.count()
        self._threads = ThreadPoolExecutor(len(crew.agents), thread_name_prefix="agent")

    def submit(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have an agent carry out its order."""
        (order,) = args
        step = f"{next(self._steps)}"
        return self._threads.submit(self._does[function.__name__], self, order, step, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the agents, at once where some are still at it."""
        self.crew.end()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _drive(self, order: AgentOrder, step: str) -> AgentReport:
        one, offset = self._member(order), self.crew.clocks[self._member(order)].offset
        answer = self._ask(one, "drive", order, step, round(offset.ns))
        report = failed(answer.problem) if answer.problem else msgspec.convert(answer.found, AgentReport)
        return _by_our_clock(report, one, offset)

    def _connecting(self, order: AgentOrder, step: str) -> float:
        answer = self._ask(self._member(order), "connecting", order, step, 0)
        return float(answer.found or 0.0)

    _does: dict[str, Callable[..., Any]] = {drive.__name__: _drive, connecting.__name__: _connecting}  # noqa: RUF012

    def _member(self, order: AgentOrder) -> Member:
        return self.crew.agents[order.agent]

    def _ask(self, one: Member, what: str, order: AgentOrder, step: str, ahead: int) -> worker.Answer:
        """Have a worker's agent do something; its clock is `ahead` ns of ours."""
        wait = max(0.0, (order.start_at_ns - time.time_ns()) / 1e9)
        longest = wait + order.ramp_s + order.duration_s + order.patience_ns / 1e9
        patience = longest + order.cell.timeout + SLACK_S
        there = msgspec.structs.replace(
            order,
            start_at_ns=order.start_at_ns + ahead if order.start_at_ns else 0,
            shares_core=self.crew.shares_core[one],
        )
        line = f"{what} {msgspec.json.encode(there).decode()}"
        return self.crew.ask(one, worker.work, step, line, patience, timeout=patience + SLACK_S)


def _by_our_clock(report: AgentReport, one: Member, offset: Offset) -> AgentReport:
    """Return a report, and those of its stages, with its times by our clock, and whose it is."""
    ahead = round(offset.ns) if report.begun_ns else 0
    return msgspec.structs.replace(
        report,
        begun_ns=report.begun_ns - ahead,
        ended_ns=report.ended_ns - ahead,
        parts=tuple(_by_our_clock(part, one, offset) for part in report.parts),
        name=one.name,
        host=one.host,
        clock_offset_ns=offset.ns,
        clock_error_ns=offset.error_ns,
    )
