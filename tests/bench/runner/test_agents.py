"""Several agents at once, through whatever runs functions; and nobody of them left."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import psutil
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver.orders import AgentOrder, CellOrder
from wsbench.errors import UsageError
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.runner.agents import ALLOWANCE_S, Agents, local_executor
from wsbench.targets.spec_parser import read_spec

Executors = Callable[[int], AbstractContextManager[Executor]]
EXECUTORS = pytest.mark.parametrize("executors", [ThreadPoolExecutor, local_executor])

SCRIPT = """
import os, sys, time
from concurrent.futures import wait
from wsbench.runner.agents import Agents, local_executor

if __name__ == "__main__":
    try:
        with local_executor(2) as executor:
            futures = [executor.submit(time.sleep, 60) for _ in range(2)]
            print("ready", flush=True)
            wait(futures)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the yardstick for all tests here."""
    with Server(read_spec("stdlib")[0], Settings()) as one:
        yield one


def order_of(server: Server, rate: float = 400, **changes: object) -> AgentOrder:
    """Return a short step."""
    cell = CellOrder(0, server.host, server.port, server.path, Workload(connections=2), 1)
    order = AgentOrder(cell, rate, 0.3, 0.1, "uniform", 1, 20_000_000_000)
    return msgspec.structs.replace(order, **changes)


@EXECUTORS
@pytest.mark.parametrize("rate", [0, 400])
def test_agents_drive_a_step_together(server: Server, executors: Executors, rate: float):
    """All begin at one time, which gives them enough to connect, and share what is to be sent."""
    with executors(3) as executor:
        reports = Agents(executor).step([order_of(server, rate)] * 3)
    assert [report.failure for report in reports] == [""] * 3
    if rate:
        assert sum(report.scheduled for report in reports) == 120
        assert max(one.begun_ns for one in reports) - min(one.begun_ns for one in reports) < 100_000_000


@EXECUTORS
def test_one_agent_waits_for_nobody(server: Server, executors: Executors):
    """It begins as soon as it is connected, and how long that takes need not be known."""
    with executors(1) as executor:
        agents = Agents(executor)
        (report,) = agents.step([order_of(server)])
    assert (report.failure, report.scheduled) == ("", 120)
    assert agents.allowance == 0


def test_each_agent_gets_its_core():
    """Its number, how many there are, and its core; those on one core know that they share it."""
    seen: list[AgentOrder] = []

    class Recording(ThreadPoolExecutor):
        def submit(self, function, order):  # noqa: ANN001, ANN202  # as in the class it replaces
            seen.append(order)
            return super().submit(lambda: 0.0)

    nowhere = AgentOrder(CellOrder(0, "127.0.0.1", 1, "/", Workload(), 1), 1, 1, 0, "uniform", 1, 1)
    with Recording(1) as executor, pytest.raises(AttributeError):  # what it returns is no report
        Agents(executor, (3, 5, 3)).step([nowhere] * 3)
    assert [(one.agent, one.agents, one.core, one.shares_core) for one in seen[-3:]] == [
        (0, 3, 3, True),
        (1, 3, 5, False),
        (2, 3, 3, True),
    ]
    assert len({one.start_at_ns for one in seen[-3:]}) == 1


def test_the_allowance_is_measured_and_grows(server: Server):
    """It is at least what connecting took; where that was too short the step is tried again with more."""
    with ThreadPoolExecutor(2) as executor:
        agents = Agents(executor)
        agents.step([order_of(server)] * 2)
        assert agents.allowance >= ALLOWANCE_S
        agents.allowance = 1e-9
        reports = agents.step([order_of(server)] * 2)
    assert agents.allowance > 1e-9
    assert [report.failure for report in reports] == ["", ""]


@EXECUTORS
def test_a_failure_is_that_agents_report(server: Server, executors: Executors):
    """The others' reports stay what they are."""
    gone = order_of(server)
    gone = msgspec.structs.replace(gone, cell=msgspec.structs.replace(gone.cell, port=1))
    with executors(2) as executor:
        reports = Agents(executor).step([order_of(server), gone])
    assert [report.failure for report in reports] == ["", "[Errno 111] Connection refused"]


@EXECUTORS
def test_what_the_user_got_wrong_is_said(server: Server, executors: Executors):
    """A `UsageError` is no agent's failure: it comes out where the step was asked for."""
    cell = msgspec.structs.replace(order_of(server).cell, tls=True, authority="/nowhere.pem")
    with executors(2) as executor, pytest.raises(UsageError, match=r"--ca /nowhere\.pem"):
        Agents(executor).step([order_of(server, cell=cell)] * 2)


def test_an_agents_death_is_one_line(server: Server):
    """Whenever it dies, each report of that step and of later ones says so."""
    with local_executor(2) as executor:
        agents = Agents(executor)
        pids = {executor.submit(os.getpid).result() for _ in range(2)}
        killer = threading.Timer(1.0, os.kill, (pids.pop(), signal.SIGKILL))
        killer.start()
        for _ in range(2):
            reports = agents.step([order_of(server, duration_s=30.0)] * 2)
            assert [report.failure for report in reports] == ["an agent's process died"] * 2
        killer.join()


def test_agents_do_not_get_what_slows_them_down(monkeypatch: pytest.MonkeyPatch):
    """They are started by multiprocessing, not by us."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    with local_executor(1) as executor:
        found = [executor.submit(os.getenv, one).result() for one in ("PYTHONASYNCIODEBUG", "PYTHONOPTIMIZE")]
    assert found == [None, "1"]
    assert os.environ["PYTHONASYNCIODEBUG"] == "1"


def _workers(parent: psutil.Process) -> list[psutil.Process]:
    """Return the processes of agents: Python's own helper for semaphores ends by itself a little later."""
    return [one for one in parent.children(recursive=True) if "spawn_main" in " ".join(one.cmdline())]


def _wait_until_gone(processes: list[psutil.Process], gone: Callable[[int], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not all(gone(one.pid) for one in processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    return all(gone(one.pid) for one in processes)


def test_no_worker_is_left_after_the_block():
    """However it ends, at once: a worker that is at it is not waited for."""
    me = psutil.Process()
    begun = time.monotonic()

    def block() -> None:
        with local_executor(2) as executor:
            executor.submit(time.sleep, 60)
            assert len(_workers(me)) == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        block()
    assert _workers(me) == []
    with local_executor(1) as executor:
        assert executor.submit(os.getpid).result() == _workers(me)[0].pid
    assert _workers(me) == []
    assert time.monotonic() - begun < 50


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, gone: Callable[[int], bool], number: signal.Signals):
    """Ctrl-C goes to the whole group, the others to the parent alone; nothing is left, no traceback shown."""
    script = tmp_path / "load.py"
    script.write_text(SCRIPT)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        assert parent.stdout.readline() == "ready\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(_workers(psutil.Process(parent.pid))) == 2
        os.killpg(parent.pid, number) if number == signal.SIGINT else parent.send_signal(number)
        out, errors = parent.communicate(timeout=20)
    finally:
        parent.kill()
        parent.wait()
    assert _wait_until_gone(children, gone)
    assert out == ("interrupted\n" if number == signal.SIGINT else "")
    assert "Traceback" not in errors
    assert errors == "" or number != signal.SIGINT
