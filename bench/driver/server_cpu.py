"""What a server's process used of its core and what others took of it, read while it sleeps."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from .orders import CellOrder

PATIENCE_NS = 5_000_000
"""How long a server gets to go to sleep: past a tick of the kernel its clock is right in any case."""


def cpu_clock(pid: int) -> int:
    """Return the clock id of another process's CPU time, all threads, in ns (clock_getcpuclockid(3))."""
    return ~pid << 3 | 2


class ServerCpu:
    """Reads how many ns of CPU time a cell's server has used; None where that can't be known."""

    def __init__(self, order: CellOrder) -> None:
        self.pid = order.server_pid if sys.platform == "linux" else None

    def read(self) -> int | None:
        """Read the clock as it is: on a process that runs it may be behind by a tick, up to 4 ms."""
        return time.clock_gettime_ns(cpu_clock(self.pid)) if self.pid else None

    def read_asleep(self) -> int | None:
        """Wait until the server sleeps, and read the clock, which is exact then.

        Linux brings the clock of another process up to date when that gives up its core, or at a tick; the
        clock of a thread in it can't be read from outside (EINVAL, Linux 6.18).
        """
        if self.pid:
            deadline = time.perf_counter_ns() + PATIENCE_NS
            while not is_asleep(self.pid) and time.perf_counter_ns() < deadline:
                pass
        return self.read()

    def waited(self) -> int:
        """Return how many ns the server was ready to run while another program had its core, 0 if unknown.

        Where it has several threads they wait for each other, which is nobody's fault. The clock is the
        kernel's (Documentation/scheduler/sched-stats.rst: run_delay).
        """
        try:
            if self.pid is None or _state(Path(f"/proc/{self.pid}/stat"))[1] != 1:
                return 0
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1])
        except (OSError, IndexError):  # it is gone, or the kernel does not count
            return 0


def is_asleep(pid: int) -> bool:
    """Whether no thread of a process runs or waits for a core (proc_pid_stat(5): state, num_threads)."""
    try:
        state, threads = _state(Path(f"/proc/{pid}/stat"))
        if threads == 1 or state == "R":
            return state != "R"
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  # names alone
        return all(_state(Path(f"/proc/{pid}/task/{task}/stat"))[0] != "R" for task in tasks)
    except OSError:  # it is gone, or a thread of it
        return True


def _state(stat: Path) -> tuple[str, int]:
    """Return the state and the number of threads."""
    words = stat.read_text().rpartition(")")[2].split()
    return words[0], int(words[17])
