"""The two ways in which an agent drives a step of a load run: by a schedule, or as fast as it is answered."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time

from msgspec.structs import replace

from ..demand.arrivals import burst_times, share
from ..measuring.pacing import first_count, is_far, lead_of, pace_of, taste_of, warm_count
from ..measuring.think import think_until
from ..records.rates.errors import NO_REPLY
from ..records.rates.report import AgentReport
from ..records.slices import Slice, numbers
from ..stats.histogram import encode
from ..wire.live.teller import Teller
from ..wire.open_loop import drive_open
from ..wire.services.one_way_loop import Read, drive_one_way
from ..wire.session import WireSession
from ..wire.timeline import Order, Stamps, recoveries
from .orders import AgentOrder
from .schedule import lanes_of_stages, marks_of, parts_of, schedule_of, stage_orders
from .seconds import seconds_of
from .server_cpu import Meter, ServerCpu
from .telling import is_heard, tell

SLICES = 10
"""In how many slices an agent keeps its window full, where there is no schedule."""

SPIN_S = 0.001
"""How long before its begin an agent stops sleeping."""


class TooLateError(Exception):
    """The agent was not connected when it should have begun with the others."""


def _await_start(order: AgentOrder) -> int:
    """Wait until shortly before the begin; return it on the monotonic clock. Raises `TooLateError`."""
    left = order.start_at_ns - time.time_ns() if order.start_at_ns else 0
    if left < 0:
        raise TooLateError(f"it was connected {-left / 1e9:.2f} s too late to begin with the others")
    begin = time.perf_counter_ns() + left
    time.sleep(max(0.0, left / 1e9 - SPIN_S))
    return begin


def open_loop(order: AgentOrder, session: WireSession) -> AgentReport:
    """Send by the schedule of the order; raises what `drive_open` raises, and `TooLateError`."""
    due, marks = schedule_of(order), marks_of(order)
    mine = share(due, order.agent, order.agents)
    bounds = Order(
        marks,
        order.patience_ns,
        yielding=order.shares_core,
        limit_ns=order.limit.ns if order.limit else 0,
        bearable=math.ceil((1 - order.limit.quantile) * len(due)) if order.limit else 0,
    )
    bounds = dataclasses.replace(bounds, lanes=lanes_of_stages(order, mine))
    if is_heard() and not session.workload.one_way:
        bounds = dataclasses.replace(bounds, look=Teller(order.rate, mine, tell).look)
    begin = _await_start(order)
    wall = time.time_ns() + begin - time.perf_counter_ns()
    server = ServerCpu(order.cell)
    meter = Meter(server)
    if session.workload.one_way:
        read = drive_one_way(session, mine, begin, bounds, meter.read)
        report = _read(read, wall, (marks[0], marks[-1]))
    else:
        found = drive_open(session, mine, begin, bounds, meter.read, server.is_alive)
        report = _whole(order, found, wall, marks)
    return replace(report, cpu_ns=meter.own_ns)


def _whole(order: AgentOrder, found: Stamps, wall: int, marks: tuple[int, ...]) -> AgentReport:
    """Return what became of a whole schedule, second by second, and of each of its stages."""
    ends = dataclasses.replace(found, readings=(found.readings[0], found.readings[-1]))
    report = _reported(order, ends, wall, (marks[0], marks[-1]))
    if not order.stages:  # the many steps of a search are short, and their seconds would cost a tenth of them
        return report if order.limit else replace(report, seconds=seconds_of(found, 0, marks[-1]))
    parts = (
        replace(_reported(one, part, wall, window), seconds=seconds_of(part, *window))
        for one, (window, part) in zip(stage_orders(order), parts_of(found, marks), strict=True)
    )
    return replace(report, parts=tuple(parts))


def _reported(order: AgentOrder, found: Stamps, wall: int, marks: tuple[int, int]) -> AgentReport:
    """Return what became of the messages that were due in the window."""
    first = min(marks[0], found.stopped)
    last = min(marks[1], found.stopped) if found.aborted else marks[1]
    part, answered = found.due_within(first, last), found.answered
    (before, cpu_before), (after, cpu_after) = found.readings
    response = found.response[part]
    sent, received = found.bytes_within(first, last)
    bursts = burst_times(order.duration_s, ramp_s=order.ramp_s) if order.burst else ()
    return AgentReport(
        scheduled=len(response),
        answered=found.answered_within(first, last),
        begun_ns=wall + first,
        ended_ns=wall + last,
        response=encode(response),
        service=encode(found.service[part]),
        lateness=encode(found.lateness[part]),
        exchanged=after - before,
        unanswered=int((~answered[part]).sum()),
        aborted=found.aborted,
        starved=found.starved(order.cell.workload.connections, first, last),
        server_cpu_ns=None if cpu_before is None or cpu_after is None else cpu_after - cpu_before,
        recoveries_ns=recoveries(found.due[part], response, [int(one) for one in bursts if one < last], last),
        errors=found.errors_within(first, last),
        wrong=found.wrong[0][1] if found.wrong else "",
        reconnects=len(found.reopened),
        sent_bytes=sent,
        received_bytes=received,
    )


def _read(found: Read, wall: int, marks: tuple[int, int]) -> AgentReport:
    """Return what became of one-way messages that were due in the window: there are no response times."""
    stamps, (first, last) = found.stamps, marks
    part = stamps.due_within(first, last)
    due, (_, before), (_, after) = len(stamps.due[part]), *stamps.readings
    read = found.within(last - first, due)
    return AgentReport(
        scheduled=due,
        answered=read,
        begun_ns=wall + first,
        ended_ns=wall + last,
        response="",
        service="",
        lateness=encode(stamps.lateness[part]),
        exchanged=read,
        unanswered=0 if found.last else due,
        errors={NO_REPLY: due} if due and not found.last else {},
        sent_bytes=stamps.bytes_within(first, last)[0],
        aborted=stamps.aborted,
        server_cpu_ns=None if before is None or after is None else after - before,
    )


def closed_loop(order: AgentOrder, session: WireSession) -> AgentReport:
    """Keep the window full for as long as a step lasts, in slices, so that all agents end together.

    Raises `TooLateError`.
    """
    server, each = ServerCpu(order.cell), warmed(session)
    lead, least = lead_of(session.workload), first_count(session.workload)
    begin = _await_start(order)
    think_until(begin)
    before, own, begun, found = server.read(), time.thread_time_ns(), time.time_ns(), list[Slice]()
    while not found or time.perf_counter_ns() < begin + order.duration_s * 1e9:
        count = round(order.duration_s * 1e9 / SLICES / each)
        found.append(session.run(lead, max(least, count)))
        each = found[-1].elapsed / found[-1].timed
    ended, own, after = time.time_ns(), time.thread_time_ns() - own, server.read_asleep()
    exchanged = sum(one.exchanged for one in found)
    latencies = numbers(itertools.chain.from_iterable(one.latencies for one in found))
    response = encode(latencies) if latencies else ""
    return AgentReport(
        scheduled=exchanged,
        answered=exchanged,
        begun_ns=begun,
        ended_ns=ended,
        response=response,
        service=response,
        lateness="",
        exchanged=exchanged,
        starved=max(one.answered.count(0) for one in found),
        server_cpu_ns=None if before is None or after is None else after - before,
        cpu_ns=own,
    )


def warmed(session: WireSession) -> float:
    """Exchange messages until an adaptive interpreter has settled; return how many ns each took."""
    lead, count = lead_of(session.workload), first_count(session.workload)
    each = pace_of(session.workload, lambda: _per_message(session, *taste_of(session.workload)))
    if is_far(session.workload, each):
        return each
    each = _per_message(session, lead, count)
    return _per_message(session, lead, max(count, warm_count(each)))


def _per_message(session: WireSession, lead: int, count: int) -> float:
    """Exchange a slice; return how many ns it took for each message."""
    found = session.run(lead, count)
    return max(1.0, found.elapsed / found.timed)
