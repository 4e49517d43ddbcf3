"""A driver process: one client, many cells, a line in and a line out."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.main import Driver
from wsbench.driver.messages import (
    CellClosed,
    CloseAll,
    CloseCell,
    Command,
    Done,
    Exchange,
    Freeze,
    Open,
    Opened,
    Problem,
)
from wsbench.driver.orders import CellOrder, DriverOrder, explain
from wsbench.driver.server_cpu import cpu_clock
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import Child, ChildError
from wsbench.measuring.recorder import ReplyError
from wsbench.records.common import Handshake
from wsbench.records.slices import Slice
from wsbench.runner.drivers import ask, start_driver
from wsbench.targets.catalogue import CLIENTS
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.frames import server_frame

pytestmark = pytest.mark.usefixtures("nobody_left")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the yardstick for all tests here."""
    with Server(read_spec("stdlib")[0], Settings()) as one:
        yield one


@pytest.fixture
def drive() -> Iterator:
    """Start drivers that are ready, and end them."""
    started: list[Child] = []

    def start(client: str) -> tuple[Child, dict[str, object]]:
        started.append(start_driver(client, None, {}))
        return started[-1], started[-1].hear(20)

    yield start
    for child in started:
        child.stop()


def tell(child: Child, command: Command, kind: type = Done) -> Any:
    """Have the driver do something."""
    return ask(child, command, kind, 20)


def open_cell(child: Child, server: Server, cell: int = 0, **changes: object) -> Opened | Problem:
    """Have the driver connect a cell to a server."""
    order = CellOrder(cell, server.host, server.port, server.path, Workload(), 1, server_pid=server.pid)
    return tell(child, Open(msgspec.structs.replace(order, **changes)), Opened)


def exchange(child: Child, cell: int, lead: int, count: int) -> Slice | Problem:
    """Have the driver exchange a slice with a cell."""
    return tell(child, Exchange(cell, lead, count), Slice)


@pytest.mark.parametrize("workload", [Workload(), Workload(1_000, False, 3, 4)], ids=str)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_exchanges_slices(server: Server, drive: Any, client: str, workload: Workload):
    """Open, slice after slice, close: every reply is compared, and both sides' CPU time is known."""
    child, hello = drive(client)
    assert (hello["event"], hello["loop"]) == (
        "ready",
        {"wire": "native", "ws4py": "threads"}.get(client, "asyncio"),
    )
    opened = open_cell(child, server, workload=workload)
    assert (opened.handshake, opened.cost) == (Handshake(), None)
    for count in (20, 40):
        found = exchange(child, 0, workload.window, count)
        assert count <= len(found.latencies) < count + workload.window
        assert found.exchanged >= count + workload.window
        assert 0 < found.elapsed < found.busy
        assert found.client_cpu >= (
            0 if workload.think_ns else 1
        )  # a core lost while thinking counts as thought
        assert found.server_cpu > 0
    assert tell(child, Freeze()) == Done()
    assert tell(child, CloseAll()) == Done()


def test_a_cell_that_fails_leaves_the_others(server: Server, drive: Any):
    """A refused connection and an unknown cell are answers; the next cell works."""
    child, _ = drive("wire")
    refused = open_cell(child, server, port=1)
    assert refused == Problem("[Errno 111] Connection refused", silent=False)
    assert exchange(child, 7, 1, 1).silent is False
    open_cell(child, server, 1)
    assert len(exchange(child, 1, 1, 5).latencies) == 5


@pytest.mark.parametrize("client", CLIENTS)
def test_a_stuck_server_is_silent(drive: Any, client: str):
    """Where the server stands still, every client gives up after the cell's timeout and says so."""
    child, _ = drive(client)
    with Server(read_spec("stdlib")[0], Settings()) as stuck:
        open_cell(child, stuck, timeout=0.5)
        os.kill(stuck.pid, signal.SIGSTOP)
        found = exchange(child, 0, 1, 5)
    assert found.silent is True
    assert "within 0.5 s" in found.problem


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_that_dies_is_no_silence(drive: Any, client: str):
    """Where the server is gone, every client says that the connection is lost."""
    child, _ = drive(client)
    with Server(read_spec("stdlib")[0], Settings()) as dying:
        open_cell(child, dying)
        os.kill(dying.pid, signal.SIGKILL)
        dying.child.process.wait()
        found = exchange(child, 0, 1, 5)
    assert found.silent is False
    assert found.problem


def test_a_missing_client_library_is_the_pip_line(drive: Any, monkeypatch: pytest.MonkeyPatch):
    """A driver whose library is missing says what to install."""
    contestant = msgspec.structs.replace(CLIENTS["ws4py"], module="no_such_client.inside")
    monkeypatch.setitem(CLIENTS, "ws4py", contestant)
    with pytest.raises(ChildError, match="the ws4py driver: no_such_client is not installed: pip install"):
        drive("ws4py")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("LIBRARY = 5\ndef connect(url): ...", "LIBRARY in odd_client.py must be a text, not 5"),
    ],
)
def test_a_client_that_can_not_be_loaded_is_one_line(
    drive: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, why: str
):
    """Whatever its file does; other clients have drivers of their own."""
    (tmp_path / "odd_client.py").write_text(code)
    monkeypatch.setitem(
        CLIENTS, "odd", msgspec.structs.replace(CLIENTS["ws4py"], word="odd", module="odd_client")
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ChildError, match=f"^the odd driver: .*{why}$"):
        drive("odd")


def test_the_clock_of_another_process():
    """The clock id made from a pid is that process's CPU clock."""
    before = time.process_time_ns()
    found = time.clock_gettime_ns(cpu_clock(os.getpid()))
    assert before <= found <= time.process_time_ns()


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (ReplyError("reply 1: bad"), "reply 1: bad"),
        (ExceptionGroup("many", [ExceptionGroup("more", [ReplyError("reply 2")]), OSError()]), "reply 2"),
        (ValueError("one\ntwo"), "one"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_problems_are_one_line(problem: BaseException, line: str):
    """Groups are opened, further lines dropped, and what has no words is named by its class."""
    assert explain(problem) == line


@pytest.mark.parametrize(
    ("problem", "exchanging", "found"),
    [
        (
            ConnectionAbortedError("closed with code 1002"),
            True,
            Problem("closed with code 1002", False, own=True),
        ),
        (ConnectionAbortedError("ignores it"), False, Problem("ignores it", False, own=True)),
        (ExceptionGroup("all", [KeyError("x")]), True, Problem("failed with KeyError: 'x'", False, own=True)),
        (KeyError("x"), False, Problem("'x'", False)),  # so do libraries tell of a handshake that was refused
        (ConnectionError("the server closed"), True, Problem("the server closed", False)),
        (ReplyError("reply 1: bad"), True, Problem("reply 1: bad", False)),
        (TimeoutError("no reply"), True, Problem("no reply", True)),
    ],
)
def test_a_librarys_own_fault_is_told_from_the_servers(problem: Exception, exchanging: bool, found: Problem):
    """It ended the connection itself, or failed with anything but an error of the connection; never wire."""
    library, wire = Driver(DriverOrder("wsbench.clients.websockets_asyncio")), Driver(DriverOrder(""))
    assert library.problem(problem, exchanging=exchanging) == found
    assert not wire.problem(problem, exchanging=exchanging).own


def test_many_connections_are_counted_and_closed(server: Server, drive: Any):
    """Opening reads the server's memory at each step; closing one cell tells what is left of it."""
    child, _ = drive("wire")
    assert open_cell(child, server, workload=Workload(connections=5)).cost is None
    cost = open_cell(child, server, 1, workload=Workload(connections=150, idle=50)).cost
    assert [count for count, _ in cost.steps] == [0, 1, 10, 100, 200]
    assert all(size > 1_000_000 for _, size in cost.steps)
    assert cost.connect_ns > 0
    for cell in (0, 1):
        assert len(exchange(child, cell, 200, 200).latencies) >= 200
    assert tell(child, CloseCell(1), CellClosed).held > 1_000_000
    assert isinstance(exchange(child, 1, 1, 1), Problem)
    assert len(exchange(child, 0, 5, 5).latencies) >= 5


def test_others_are_tended_before_a_slice(server: Server, drive: Any, scripted: Any):
    """An idle connection that was closed meanwhile fails the cell: it was to be measured beside it."""

    def behave(link: Any) -> None:
        for number, (opcode, payload) in enumerate(link.messages()):
            link.sock.sendall(server_frame(opcode, payload))
            if number == 20:
                elsewhere = next(one for one in bad.links if one is not link)
                elsewhere.sock.sendall(server_frame(8, b"\x03\xe9"))

    bad = scripted(behave)
    child, _ = drive("wire")
    workload = Workload(idle=1, slow_readers=0)
    open_cell(child, server, port=bad.port, server_pid=None, workload=workload)
    assert len(exchange(child, 0, 1, 30).latencies) == 30
    found = exchange(child, 0, 1, 30)
    assert found.problem == "the server closed an idle connection with code 1001"


def test_slow_readers_are_beside_what_is_measured(server: Server, drive: Any):
    """Every reply of the measured connection is still compared and right."""
    child, _ = drive("wire")
    open_cell(child, server, workload=Workload(slow_readers=2))
    for _ in range(3):
        assert len(exchange(child, 0, 1, 20).latencies) == 20
    assert tell(child, CloseAll()) == Done()
