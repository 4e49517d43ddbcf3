"""Whether cores are still kept awake at the end of a round: spinners that died or did not run."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.machine import vigil
from wsbench.machine.cpus import Cores, awake
from wsbench.machine.vigil import Spent, Vigil, lapse, spent, spent_of

pytestmark = pytest.mark.usefixtures("nobody_left")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_IDLE is Linux's")


@LINUX
def test_a_spinner_that_died_is_told_in_every_round_from_then_on() -> None:
    """With its core, and how it ended."""
    core = max(os.sched_getaffinity(0))
    with awake(Cores(core, None), wanted=True) as watch:
        ((_, child),) = watch._spinners
        watch.begin()
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait()
        told = (f"core {core}: what keeps it awake was killed by SIGKILL",)
        assert watch.lapses() == told
        watch.begin()
        assert watch.lapses() == told


@LINUX
def test_a_spinner_that_is_stopped_is_told() -> None:
    """Whether its core had time for it or not; it goes on when it may, and then nothing is told."""
    core = max(os.sched_getaffinity(0))
    with awake(Cores(core, None), wanted=True) as watch:
        ((_, child),) = watch._spinners
        os.kill(child.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        assert watch.lapses() == (f"core {core}: what keeps it awake was stopped",)
        os.kill(child.pid, signal.SIGCONT)
        os.waitid(os.P_PID, child.pid, os.WCONTINUED | os.WNOWAIT)
        assert watch.lapses() == ()


@LINUX
def test_a_spinner_that_could_not_begin_is_told() -> None:
    """It is no quiet False: its reason is in each round."""
    with awake(Cores(10_000, None), wanted=True) as watch:  # a core that there is not
        assert watch.kept
        assert watch.lapses() == ("core 10000: what keeps it awake exited with code 1",)


@LINUX
def test_a_spinner_that_is_never_scheduled_is_told(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs for no time while its core is idle."""
    idle = iter([0.0, 5.0])
    asleep = start("import time; print('{}', flush=True); time.sleep(600)")
    asleep.hear(10)
    ran = vigil.spent

    def measured(core: int, pid: int) -> Spent | None:
        found = ran(core, pid)
        return found and found._replace(idle=next(idle))

    monkeypatch.setattr(vigil, "spent", measured)
    core = max(os.sched_getaffinity(0))
    (told,) = Vigil([(core, asleep)]).lapses()
    assert told.startswith(f"core {core}: idle for 5.0 of ")
    assert told.endswith("s; what keeps it awake ran for 0.0 s")


@pytest.mark.parametrize(
    ("idle", "ran", "told"),
    [
        (0.0, 3.0, False),  # it spins whenever nobody else runs
        (0.0, 0.0, False),  # the core was busy with others, so it was awake
        (0.3, 0.0, False),  # naps, and ticks rounded up
        (1.0, 2.0, False),
        (2.0, 1.0, True),
        (3.0, 0.0, True),
    ],
)
def test_a_core_sleeps_that_is_idle_for_longer_than_its_spinner_runs(
    idle: float, ran: float, told: bool
) -> None:
    """Of a round of 3 s."""
    assert bool(lapse(1, 3.0, idle=idle, ran=ran)) is told


def test_the_kernels_numbers_are_read_by_their_places() -> None:
    """Idle and iowait of the core that is meant; user and system time, whatever the process is called."""
    ticks = os.sysconf("SC_CLK_TCK")
    stat = "cpu  9 9 9 9 9 9\ncpu1 1 2 3 400 50 6\ncpu11 1 1 1 1 1 1\n"
    process = "7 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 300 20 0 0"
    assert spent_of(stat, process, 1) == Spent(450 / ticks, 320 / ticks, "R")


@LINUX
def test_what_the_kernel_does_not_tell_is_unknown() -> None:
    """A core or a process that is not there, and never an error; our own process has run for some time."""
    core = max(os.sched_getaffinity(0))
    assert spent(10_000, os.getpid()) is None
    assert spent(core, 2**22 + 1) is None
    found = spent(core, os.getpid())
    assert found
    assert found.ran <= time.monotonic()
