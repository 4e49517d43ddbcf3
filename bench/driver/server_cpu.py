"""What the processes of a server used of their core and what others took of it, read while it sleeps."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from .orders import CellOrder
from .processes import Processes

PATIENCE_NS = 5_000_000
"""How long a server gets to go to sleep: past a tick of the kernel its clock is right in any case."""


def cpu_clock(pid: int) -> int:
    """Return the clock id of another process's CPU time, all threads, in ns (clock_getcpuclockid(3))."""
    return ~pid << 3 | 2


class ServerCpu:
    """Reads how many ns of CPU time a cell's server has used; None where that can't be known.

    Of a command that is what all its processes have used together, the time included of those that have
    ended since.
    """

    def __init__(self, order: CellOrder) -> None:
        pid = order.server_pid if sys.platform == "linux" else None
        self.server = Processes(pid) if pid else None
        self._used: dict[int, int] = {}

    def read(self) -> int | None:
        """Read the clock as it is: on a process that runs it may be behind by a tick, up to 4 ms."""
        if not self.server:
            return None
        if not self.server.are_many:
            return time.clock_gettime_ns(cpu_clock(self.server.pids[0]))
        whole = True
        for pid in self.server.pids:
            try:
                self._used[pid] = time.clock_gettime_ns(cpu_clock(pid))
            except OSError:  # it is gone, and what it has used stays as it was read last
                whole = False
        if not whole:
            self.server.look()
        return sum(self._used.values())

    def is_alive(self) -> bool:
        """Whether the process that was started is still there; a server of which none is known is."""
        if not self.server:
            return True
        try:
            return _state(f"/proc/{self.server.pid}/stat")[0] not in {b"Z", b"X"}
        except OSError:
            return False

    def read_asleep(self) -> int | None:
        """Wait until the server sleeps, and read the clock, which is exact then.

        Linux brings the clock of another process up to date when that gives up its core, or at a tick; the
        clock of a thread in it can't be read from outside (EINVAL, Linux 6.18).
        """
        if self.server:
            self.server.look_again()
            deadline = time.perf_counter_ns() + PATIENCE_NS
            while not all(map(is_asleep, self.server.pids)) and time.perf_counter_ns() < deadline:
                pass
        return self.read()

    def waited(self) -> int:
        """Return how many ns the server was ready to run while another program had its core, 0 if unknown.

        Where it has several threads or processes they wait for each other, which is nobody's fault. The clock
        is the kernel's (Documentation/scheduler/sched-stats.rst: run_delay).
        """
        if not self.server or len(self.server.pids) != 1:
            return 0
        (pid,) = self.server.pids
        try:
            if _state(f"/proc/{pid}/stat")[1] != 1:
                return 0
            return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1])
        except (OSError, IndexError):  # it is gone, or the kernel does not count
            return 0


class Meter:
    """Reads a server's clock, and keeps what our own thread had used each time."""

    def __init__(self, server: ServerCpu) -> None:
        self.server = server
        self._own: list[int] = []

    def read(self) -> int | None:
        """Read the server's clock."""
        self._own.append(time.thread_time_ns())
        return self.server.read()

    @property
    def own_ns(self) -> int:
        """How many ns of CPU time our thread used from the first reading to the last."""
        return self._own[-1] - self._own[0] if self._own else 0


def is_asleep(pid: int) -> bool:
    """Whether no thread of a process runs or waits for a core (proc_pid_stat(5): state, num_threads)."""
    try:
        state, threads = _state(f"/proc/{pid}/stat")
        if threads == 1 or state == b"R":
            return state != b"R"
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  # names alone
        return all(_state(f"/proc/{pid}/task/{task}/stat")[0] != b"R" for task in tasks)
    except OSError:  # it is gone, or a thread of it
        return True


def _state(path: str) -> tuple[bytes, int]:
    """Return the state and the number of threads; read without a buffer, for it is done for every slice."""
    with open(path, "rb", buffering=0) as stat:  # noqa: PTH123
        words = stat.read(1024).rpartition(b")")[2].split(maxsplit=18)
    return words[0], int(words[17])
