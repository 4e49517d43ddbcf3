"""Watches over what keeps cores awake: whether it still does at the end of a round."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .process import Child

LAPSE = 0.1
"""The share of a round that a core may be idle: naps of a polite spinner, and what clock ticks round up."""

STOPPED = ("T", "t")
"""States of a process that a signal or a debugger holds."""


class Spent(NamedTuple):
    """What a core and its spinner have done so far, in s: how long the one was idle and the other ran.

    `state` is the process's, a letter of proc(5).
    """

    idle: float
    ran: float
    state: str = "R"


class Vigil:
    """Spinners by core, and what they have done since a round began; without any, nothing is kept awake."""

    def __init__(self, spinners: Sequence[tuple[int, Child]]) -> None:
        self._spinners = spinners
        self.kept = bool(spinners)
        """Whether anything is to keep cores awake."""
        self.begin()

    def begin(self) -> None:
        """Begin a round."""
        self._begun = time.monotonic()
        self._before = [spent(core, child.pid) for core, child in self._spinners]

    def lapses(self) -> tuple[str, ...]:
        """Return which cores were not kept awake since the round began, and why: a line for each."""
        seconds = time.monotonic() - self._begun
        spinners = zip(self._spinners, self._before, strict=True)
        found = [self._lapse(core, child, before, seconds) for (core, child), before in spinners]
        return tuple(filter(None, found))

    def _lapse(self, core: int, child: Child, before: Spent | None, seconds: float) -> str:
        if child.process.poll() is not None:
            return f"core {core}: what keeps it awake {child.fate()}"
        now = spent(core, child.pid)
        if before is None or now is None:
            return ""
        if now.state in STOPPED:
            return f"core {core}: what keeps it awake was stopped"
        return lapse(core, seconds, idle=now.idle - before.idle, ran=now.ran - before.ran)


def lapse(core: int, seconds: float, *, idle: float, ran: float) -> str:
    """Say that a core was idle for longer than its spinner ran in a round, "" if it was not; all in s.

    A core that is busy with a server is awake, however little its spinner gets.
    """
    if idle <= LAPSE * seconds or idle <= ran:
        return ""
    return f"core {core}: idle for {idle:.1f} of {seconds:.1f} s; what keeps it awake ran for {ran:.1f} s"


def spent(core: int, pid: int) -> Spent | None:
    """Return what a core and a process have done since they began; None where the kernel does not tell."""
    try:
        stat = Path("/proc/stat").read_text(encoding="ascii")
        process = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return spent_of(stat, process, core)
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def spent_of(stat: str, process: str, core: int) -> Spent:
    """Read `/proc/stat` and `/proc/PID/stat` (proc(5)): idle time of a core, time and state of a process."""
    ticks = os.sysconf("SC_CLK_TCK")
    line = next(one for one in stat.splitlines() if one.startswith(f"cpu{core} "))
    idle, iowait = line.split()[4:6]
    state, *numbers = process.rpartition(")")[2].split()
    user, system = numbers[10:12]
    return Spent((int(idle) + int(iowait)) / ticks, (int(user) + int(system)) / ticks, state)
