"""The CPU time of a server: read while it sleeps, whether it has one thread or many."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench.driver import server_cpu
from wsbench.driver.orders import CellOrder
from wsbench.driver.server_cpu import ServerCpu, is_asleep
from wsbench.plan.workload import Workload

pytestmark = [
    pytest.mark.usefixtures("nobody_left"),
    pytest.mark.skipif(sys.platform != "linux", reason="the clocks are Linux'"),
]

BUSY = "while True: pass"
THREAD = f"import threading\nthreading.Thread(target=lambda: exec({BUSY!r}), daemon=True).start()\ninput()"


@pytest.fixture
def started(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process of its own, once it has said that it runs."""
    program = f"print(flush=True)\n{request.param}"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as one:
        assert one.stdout
        one.stdout.readline()
        yield one
        one.kill()


def cpu_of(pid: int | None) -> ServerCpu:
    """Return the clock of a server."""
    return ServerCpu(CellOrder(0, "127.0.0.1", 1, "/", Workload(), 1, server_pid=pid))


def settles(pid: int, state: bool) -> bool:
    """Whether a process is soon found asleep, or awake."""
    deadline = time.monotonic() + 10
    while is_asleep(pid) != state and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_asleep(pid) == state


@pytest.mark.parametrize(
    ("started", "asleep"), [("input()", True), (BUSY, False), (THREAD, False)], indirect=["started"]
)
def test_who_runs_is_told_from_who_sleeps(started: subprocess.Popen[bytes], asleep: bool):
    """A thread counts as well."""
    assert settles(started.pid, asleep)


@pytest.mark.parametrize("started", [BUSY], indirect=True)
def test_a_server_that_never_sleeps_is_read_all_the_same(
    started: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
):
    """After a while; its clock goes on."""
    monkeypatch.setattr(server_cpu, "PATIENCE_NS", 1_000_000)
    clock = cpu_of(started.pid)
    first = clock.read_asleep()
    assert first is not None
    deadline = time.monotonic() + 10
    while clock.read_asleep() == first and time.monotonic() < deadline:
        time.sleep(0.01)
    assert clock.read_asleep() != first


@pytest.mark.parametrize("started", ["input()"], indirect=True)
def test_the_clock_of_a_sleeper_stands_still(started: subprocess.Popen[bytes]):
    """And it has used some time to start."""
    assert settles(started.pid, True)
    clock = cpu_of(started.pid)
    first = clock.read_asleep()
    assert first
    assert clock.read() == first


def test_where_there_is_no_process_nothing_is_read():
    """It is somebody else's, or it is gone."""
    assert cpu_of(None).read_asleep() is None
    assert cpu_of(None).read() is None
    with subprocess.Popen([sys.executable, "-c", ""]) as one:
        pass
    assert is_asleep(one.pid)


@pytest.mark.parametrize(("started", "waits"), [(BUSY, True), (THREAD, False)], indirect=["started"])
def test_a_server_that_could_not_run_is_seen(started: subprocess.Popen[bytes], waits: bool):
    """Another program has its core; threads of its own that wait for each other say nothing."""
    core, tasks = min(os.sched_getaffinity(0)), Path(f"/proc/{started.pid}/task")
    while not waits and len(list(tasks.iterdir())) == 1:
        time.sleep(0.001)  # its thread is not there yet
    os.sched_setaffinity(started.pid, {core})
    with subprocess.Popen([sys.executable, "-c", BUSY]) as other:
        try:
            os.sched_setaffinity(other.pid, {core})
            deadline = time.monotonic() + (10 if waits else 0.1)
            while not cpu_of(started.pid).waited() and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            other.kill()
    assert (cpu_of(started.pid).waited() > 0) == waits


def test_a_server_that_is_not_here_waits_for_nothing():
    """Nor does one that has gone."""
    assert cpu_of(None).waited() == 0
    with subprocess.Popen([sys.executable, "-c", ""]) as one:
        pass
    assert cpu_of(one.pid).waited() == 0
