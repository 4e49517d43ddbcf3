"""How children end: asked, told, killed, and with us."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from wsbench.machine.process import Child, stop_all

pytestmark = pytest.mark.usefixtures("nobody_left")

ECHO = "import sys\nfor line in sys.stdin: print('{}', flush=True)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('{}', flush=True)\n"
SLEEP = "time.sleep(600)"
PARENT = (
    "import subprocess, sys, time\n"
    "argv = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
    "one = subprocess.Popen(argv, start_new_session={apart})\n"
    "print('{{\"pid\": %d}}' % one.pid, flush=True)\n"
    "time.sleep(600)"
)


@pytest.mark.parametrize("busy", [SLEEP, "while True: pass"])
def test_stop_ends_who_ignores_sigterm(start: Any, gone: Any, busy: str):
    """Deaf to the end of its input and to SIGTERM, asleep or computing, it is killed."""
    child = start(DEAF + busy)
    child.hear(10)
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert gone(child.pid)


def test_stop_ends_the_whole_group(start: Any, gone: Any):
    """A grandchild goes with its parent."""
    child = start(PARENT.format(apart=False))
    grandchild = child.hear(10)["pid"]
    assert not gone(grandchild)
    child.stop()
    while not gone(grandchild):
        time.sleep(0.01)


def test_stop_does_not_wait_for_who_left_the_group(start: Any, gone: Any):
    """A grandchild in a session of its own that holds our standard error does not hold us."""
    child = start(PARENT.format(apart=True))
    grandchild = child.hear(10)["pid"]
    child.stop()
    assert gone(child.pid)
    os.kill(grandchild, signal.SIGKILL)


def test_stop_may_come_twice_and_late(start: Any):
    """Ending the ended is nothing, and neither is ending one that died by itself."""
    child = start("")
    child.process.wait()
    child.stop()
    child.stop()
    assert child.process.returncode == 0


def test_stop_all_ends_all(start: Any, gone: Any):
    """Many are ended together, dead and deaf ones among them."""
    children = [start(""), start(ECHO), start(DEAF + SLEEP), start("import time\n" + SLEEP)]
    children[2].hear(10)
    stop_all(children)
    assert all(gone(child.pid) for child in children)


def test_a_missing_program_is_the_systems_error():
    """There is no child where there is no program."""
    with pytest.raises(FileNotFoundError):
        Child("it", ["/no/such/program"])


SUITE = """
import json, signal, sys, time
from wsbench.machine.cpus import awake, Cores
from wsbench.machine.launcher import Server, Settings
from wsbench.machine.round import start_driver
from wsbench.values.catalogue import read_spec
import os
core = sorted(os.sched_getaffinity(0))[0]
with awake(Cores(core, core), wanted=True):
    servers = [Server(read_spec(text)[0], Settings()) for text in sys.argv[1:]]
    for server in servers:
        server.wait_ready()
    driver = start_driver("wire", None, {})
    driver.hear(20)
    stuck = servers[0].pid
    os.kill(stuck, signal.SIGSTOP)
    import psutil
    print(json.dumps([one.pid for one in psutil.Process().children(recursive=True)]), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_nobody_survives_our_sudden_death(broken: Path, gone: Any):
    """Where the bench is killed by SIGKILL, servers, drivers and spinners are gone, stuck ones too."""
    specs = ["stdlib", str(broken / "busy.py"), "tornado", "tcp"]
    suite = subprocess.Popen([sys.executable, "-c", SUITE, *specs], stdout=subprocess.PIPE)
    try:
        pids = [int(word) for word in suite.stdout.readline().strip(b"[]\n").split(b",")]
        assert len(pids) == len(specs) + 1 + 2
        assert not any(gone(pid) for pid in pids)
    finally:
        suite.kill()
        suite.wait()
        suite.stdout.close()
    while not all(gone(pid) for pid in pids):
        time.sleep(0.01)
