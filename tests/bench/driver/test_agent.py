"""One agent: from an order to a report, whatever the server does."""

import itertools
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.agent import connecting, drive
from wsbench.driver.orders import AgentOrder, CellOrder
from wsbench.machine.certificates import certificates_for
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.plan.stages import RateStage
from wsbench.records.rates.report import AgentReport
from wsbench.stats.histogram import merge, quantile_of
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.frames import server_frame

pytestmark = pytest.mark.usefixtures("nobody_left")

STALLS = Path(__file__).parents[1] / "server_that_stalls.py"
PATIENCE_NS = 20_000_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the yardstick for all tests here."""
    with Server(read_spec("stdlib")[0], Settings()) as one:
        yield one


def order_of(server: Any, rate: float = 500, **changes: Any) -> AgentOrder:
    """Return a short step at a server, ours or a scripted one."""
    host, port, path = getattr(server, "address", None) or (server.host, server.port, server.path)
    fields = {name: changes.pop(name) for name in list(changes) if name in CellOrder.__struct_fields__}
    workload = fields.pop("workload", Workload(connections=4))
    pid = getattr(server, "pid", None)
    cell = CellOrder(0, host, port, path, workload, 1, server_pid=pid, **fields)
    order = AgentOrder(cell, rate, 0.3, 0.1, "uniform", 1, PATIENCE_NS)
    return msgspec.structs.replace(order, **changes)


def counts(report: AgentReport) -> list[int]:
    """Return how many messages each histogram holds."""
    texts = (report.response, report.service, report.lateness)
    return [merge([text]).get_total_count() for text in texts]


def test_every_message_of_the_window_is_reported(server: Server):
    """As many as the rate says are scheduled; the ramp's are sent and not counted."""
    report = drive(order_of(server))
    assert report.failure == ""
    assert (report.scheduled, report.unanswered, report.starved, report.aborted) == (150, 0, 0, False)
    assert counts(report) == [150] * 3
    assert report.ended_ns - report.begun_ns == 300_000_000
    assert abs(report.answered - 150) <= report.exchanged
    assert report.server_cpu_ns > 0
    assert report.recoveries_ns == ()


def test_agents_share_a_schedule_out(server: Server):
    """Together they send what one would have sent."""
    reports = [drive(order_of(server, agent=number, agents=4)) for number in range(4)]
    assert sum(report.scheduled for report in reports) == 150
    assert max(report.scheduled for report in reports) <= 38


def test_bursts_come_on_top(server: Server):
    """A burst belongs to the window, and what follows it says when it was over."""
    report = drive(order_of(server, burst=40))
    assert report.scheduled == 190
    assert len(report.recoveries_ns) == 1


def test_rate_0_is_a_closed_loop(server: Server):
    """The window is full all the time; response and service time are the same thing."""
    report = drive(order_of(server, 0))
    assert report.failure == ""
    assert report.scheduled == report.answered > 10
    assert report.response == report.service != ""
    assert report.lateness == ""
    assert report.ended_ns > report.begun_ns
    assert report.server_cpu_ns > 0


@pytest.mark.parametrize("rate", [0, 500])
def test_orders_and_reports_travel(server: Server, rate: float):
    """Both survive pickling and JSON, and what travelled does the same."""
    order = order_of(server, rate)
    assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301  # our own bytes
    report = drive(msgspec.json.decode(msgspec.json.encode(order), type=AgentOrder))
    assert report.failure == ""
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301  # our own bytes
    assert msgspec.json.decode(msgspec.json.encode(report), type=AgentReport) == report


@pytest.mark.parametrize("rate", [0, 500])
@pytest.mark.parametrize(
    "workload", [Workload(0), Workload(1 << 20, text=False, connections=2), Workload(connections=50)], ids=str
)
def test_every_workload(server: Server, workload: Workload, rate: float):
    """Empty messages, large ones, many connections: all are answered."""
    report = drive(order_of(server, rate and min(rate, 4e7 / (workload.size + 1)), workload=workload))
    assert (report.failure, report.unanswered) == ("", 0)
    assert report.scheduled > 0


@pytest.mark.parametrize("rate", [0, 500])
def test_over_tls_with_deflate(rate: float):
    """What was agreed on is reported."""
    spec = read_spec("tornado@tls@deflate")[0]
    with certificates_for([spec]) as made, Server(spec, Settings(certificates=made)) as server:
        changes = {"tls": True, "deflate": True, "authority": server.authority}
        report = drive(order_of(server, rate, **changes))
    assert (report.failure, report.unanswered) == ("", 0)
    assert report.handshake.tls.startswith("TLSv1.3 ")
    assert report.handshake.extensions.startswith("permessage-deflate")


@pytest.mark.quiet
def test_only_the_open_loop_sees_a_stall():
    """The loop stands still for 200 ms of each second: a fifth of all messages are due while it does.

    The open loop charges it to each of them. The closed loop asks nothing more meanwhile, so a handful of its
    thousands of round trips took long, and its p99 says that all is well.
    """
    with Server(read_spec(str(STALLS))[0], Settings()) as server:
        order = order_of(server, 300, duration_s=1.0)
        opened, closed = drive(order), drive(msgspec.structs.replace(order, rate=0.0))
    assert (opened.failure, opened.unanswered, closed.failure) == ("", 0, "")
    assert quantile_of(merge([opened.response]), 0.99) >= 100e6
    assert quantile_of(merge([closed.response]), 0.99) <= 50e6
    assert merge([closed.response]).get_max_value() >= 100e6  # it was there


def _flip(link: Any) -> None:
    for opcode, payload in link.messages():
        link.sock.sendall(server_frame(opcode, payload[:-1] + b"\0"))


def _hang_up(link: Any) -> None:
    next(link.messages(), None)


def _refuse(link: Any) -> None:
    link.head()
    link.sock.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")


@pytest.mark.parametrize(
    ("behave", "raw", "reason", "rate"),
    [
        (_flip, False, "reply 1: byte 63 of 64", 0),
        (_hang_up, False, "", 0),  # a reset, a broken pipe or the end: whichever is seen first
        (_refuse, True, "the handshake on /echo was answered with HTTP 503, not 101", 0),
        (_refuse, True, "the handshake on /echo was answered with HTTP 503, not 101", 500),
    ],
)
def test_what_goes_wrong_is_one_line(
    scripted: Callable, behave: Callable, raw: bool, reason: str, rate: float
):
    """A wrong reply, the end of a connection, a refusal: the report says so, and nothing is raised."""
    report = drive(order_of(scripted(behave, raw=raw), rate))
    assert report.failure.startswith(reason)
    assert report.failure
    assert "\n" not in report.failure
    assert (report.scheduled, report.response) == (0, "")


@pytest.mark.parametrize(
    ("behave", "kinds"), [(_flip, {"wrong reply"}), (_hang_up, {"reset", "closed 1006"})]
)
def test_a_schedule_goes_on_whatever_fails(scripted: Callable, behave: Callable, kinds: set[str]):
    """What was due and not answered is reported by kind, and the first wrong reply in words."""
    report = drive(order_of(scripted(behave)))
    assert (report.failure, report.scheduled, report.unanswered, report.aborted) == ("", 150, 150, False)
    assert sum(report.errors.values()) == 150
    assert set(report.errors) & kinds
    assert report.reconnects > 0
    assert report.wrong.startswith("reply 1: byte 63 of 64") == (behave is _flip)
    assert merge([report.connect]).get_total_count() == 4 + report.reconnects
    assert counts(report) == [150] * 3


def test_bytes_and_connects_of_the_window_are_reported(server: Server):
    """Frames of 64 bytes: 2 more from a server, 6 from a client, whatever the ramp had."""
    report = drive(order_of(server))
    assert report.sent_bytes % 70 == report.received_bytes % 66 == 0
    assert report.received_bytes == 66 * report.answered
    assert abs(report.sent_bytes - 70 * report.scheduled) <= 70 * 20
    assert merge([report.connect]).get_total_count() == 4
    assert (report.errors, report.wrong, report.reconnects) == ({}, "", 0)


def test_stages_share_what_is_known_of_the_whole(server: Server):
    """How long connecting took is told once, in the first stage: the sum over stages is that of the whole."""
    stages = (RateStage(0.2, 200, 200), RateStage(0.2, 300, 300))
    report = drive(order_of(server, stages=stages, ramp_s=0.0))
    assert [bool(one.connect) for one in report.parts] == [True, False]
    assert report.parts[0].connect == report.connect
    assert 0 < sum(one.sent_bytes for one in report.parts) <= 70 * 100


@pytest.mark.parametrize("rate", [0, 500])
def test_nobody_there(rate: float):
    """A refused connection is a failure like any other."""

    class Nobody:
        address = ("127.0.0.1", 1, "/echo")

    assert drive(order_of(Nobody, rate)).failure == "[Errno 111] Connection refused"
    assert connecting(order_of(Nobody, rate)) == 0.0


@pytest.mark.parametrize("rate", [0, 500])
def test_a_server_that_is_killed(rate: float):
    """Its end in the middle of a step is a failure, at once."""
    with Server(read_spec("stdlib")[0], Settings()) as server:
        killer = threading.Timer(0.5, os.kill, (server.pid, signal.SIGKILL))
        killer.start()
        report = drive(order_of(server, rate, duration_s=30.0))
        killer.join()
    assert report.failure


def test_what_is_never_answered_is_counted(scripted: Callable):
    """A step that is given up reports those that were due until then, and how long they have waited."""
    server = scripted(lambda link: [None for _ in link.messages()])
    report = drive(order_of(server, duration_s=60.0, patience_ns=300_000_000))
    assert (report.failure, report.aborted, report.answered, report.starved) == ("", True, 0, 4)
    assert report.scheduled == report.unanswered > 0
    assert counts(report) == [report.scheduled] * 3
    assert report.ended_ns - report.begun_ns < 30e9
    assert quantile_of(merge([report.response]), 0.99) >= 100e6


@pytest.mark.quiet
def test_agents_begin_together(server: Server):
    """The schedule begins when the order says, on the wall clock."""
    begin = time.time_ns() + 300_000_000
    assert abs(drive(order_of(server, start_at_ns=begin)).begun_ns - 100_000_000 - begin) < 100_000_000
    begin = time.time_ns() + 500_000_000
    assert drive(order_of(server, 0, start_at_ns=begin)).begun_ns >= begin


@pytest.mark.parametrize("rate", [0, 500])
def test_who_comes_too_late_says_so(server: Server, rate: float):
    """It measures nothing, for the others have begun; its begin tells how late it was."""
    begin = time.time_ns() - 1_000_000_000
    report = drive(order_of(server, rate, start_at_ns=begin))
    assert "too late to begin with the others" in report.failure
    assert report.begun_ns - begin >= 1_000_000_000


def test_connecting_is_timed(server: Server):
    """How long all connections together took, in seconds."""
    assert 0 < connecting(order_of(server)) < 20


def test_stages_go_over_their_own_connections(server: Server):
    """Each stage is a part of the report; what was due in it, and the connections that had a part in it."""
    stages = (RateStage(0.3, 0, 400, 1), RateStage(0.2, 400, 400, 6), RateStage(0.3, 400, 0, 2))
    order = order_of(server, 275, workload=Workload(connections=6), stages=stages)
    report = drive(order)
    assert (report.failure, report.scheduled, report.unanswered) == ("", 200, 0)
    assert [part.scheduled for part in report.parts] == [60, 80, 60]
    assert [part.starved for part in report.parts] == [0, 0, 0]
    assert [[second.due for second in part.seconds] for part in report.parts] == [[60], [80], [60]]
    assert sum(part.exchanged for part in report.parts) == report.exchanged > 190
    assert all(part.ended_ns == other.begun_ns for part, other in itertools.pairwise(report.parts))
