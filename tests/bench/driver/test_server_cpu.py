"""The CPU time of a server: read while it sleeps, whether it has one thread or many."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from keepers import WORK_NS, ask, kept, until
from wsbench.demand.workload import Workload
from wsbench.driver import server_cpu
from wsbench.driver.orders import CellOrder
from wsbench.driver.server_cpu import ServerCpu, is_asleep
from wsbench.machine.launcher import Server

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


def clock_of(server: Server) -> ServerCpu:
    """Return the clock of a command of two processes."""
    clock = cpu_of(server.pid)
    assert clock.server
    assert until(lambda: clock.server.look() or len(clock.server.pids) == 2)
    return clock


@pytest.mark.parametrize("words", ["{it} two", "sh -c '{it} one & wait'", "sh -c 'setsid {it} one; true'"])
def test_the_work_of_every_process_counts(tmp_path: Path, words: str):
    """Not only that of the one that was started, which here does nothing."""
    with kept(tmp_path, words) as server:
        clock = clock_of(server)
        first, before = time.clock_gettime_ns(server_cpu.cpu_clock(clock.server.pids[0])), clock.read_asleep()
        ask(server)
        assert clock.read_asleep() - before >= WORK_NS
        assert time.clock_gettime_ns(server_cpu.cpu_clock(clock.server.pids[0])) - first < WORK_NS


def test_what_one_has_used_that_is_gone_is_not_forgotten(tmp_path: Path):
    """The sum never falls: a difference of two readings is what was used between them."""
    with kept(tmp_path, "{it} two") as server:
        clock = clock_of(server)
        ask(server)
        before = clock.read_asleep()
        os.kill(clock.server.pids[1], signal.SIGKILL)
        assert until(lambda: clock.read_asleep() and is_asleep(clock.server.pids[-1]))
        assert clock.read() >= before
        os.kill(clock.server.pids[0], signal.SIGKILL)
        assert until(lambda: clock.read() and not clock.server.pids)
        assert clock.read_asleep() >= before


def test_a_command_that_shares_its_core_with_itself_waits_for_nobody(tmp_path: Path):
    """Several processes wait for each other; one alone is like a server of ours."""
    with kept(tmp_path, "{it} two") as server:
        clock = clock_of(server)
        assert clock.waited() == 0
    with kept(tmp_path, "{it} one") as server:
        clock = cpu_of(server.pid)
        (pid,) = clock.server.pids
        assert clock.waited() == int(Path(f"/proc/{pid}/schedstat").read_text().split()[1])


@pytest.mark.parametrize("started", ["input()"], indirect=True)
def test_who_has_ended_is_not_alive(started: subprocess.Popen[bytes]):
    """Also before anybody has taken note of its end; of whom no process is known, nobody can say so."""
    server = cpu_of(started.pid)
    assert server.is_alive()
    started.kill()
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    assert not server.is_alive()
    started.wait()
    assert not server.is_alive()
    assert cpu_of(None).is_alive()
