"""How children end: asked, told, killed, and with us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
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


def test_who_has_others_to_end_gets_the_time_for_it(start: Any):
    """One that is deaf to SIGTERM and takes longer than others may is not killed meanwhile."""
    child = start(DEAF + "time.sleep(1)", term_s=10)
    child.hear(10)
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
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.runner.drivers import start_driver
from wsbench.targets.spec_parser import read_spec
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


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")


def left_by_sudden_death(specs: list[str], count: int, gone: Callable[[int], bool]) -> list[str]:
    """Start servers, a driver and two spinners, kill who started them, and return who is left.

    There must be so many processes before. The first server stands still.
    """
    suite = subprocess.Popen([sys.executable, "-c", SUITE, *specs], stdout=subprocess.PIPE)
    try:
        pids = [int(word) for word in suite.stdout.readline().strip(b"[]\n").split(b",")]
        assert len(pids) == count + 1 + 2
        assert not any(gone(pid) for pid in pids)
    finally:
        suite.kill()
        suite.wait()
        suite.stdout.close()
    deadline = time.monotonic() + 5
    while (left := [pid for pid in pids if not gone(pid)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    names = [" ".join(psutil.Process(pid).cmdline()) for pid in left]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return names


@LINUX
def test_nobody_survives_our_sudden_death(broken: Path, gone: Any):
    """Where the bench is killed by SIGKILL, servers, drivers and spinners are gone, stuck ones too."""
    specs = ["stdlib", str(broken / "busy.py"), "tornado", "tcp"]
    assert left_by_sudden_death(specs, len(specs), gone) == []


WORKER = """
import subprocess, sys, time
LIBRARY, VERSION = "", "1"

def serve(sock, ready, **_):
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
    ready()
    time.sleep(600)
"""
LISTEN = """
import os, socket, sys, time
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
one, _ = s.accept()
one.sendall(b'HTTP/1.1 101 It is\\r\\n\\r\\n')
if os.fork() == 0:
    os.setsid()
time.sleep(600)
"""


@LINUX
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            "file",
            marks=pytest.mark.xfail(
                raises=AssertionError, reason="the kernel's signal ends server.py before it can end its group"
            ),
        ),
        "command",
    ],
)
def test_what_a_server_started_does_not_survive_either(tmp_path: Path, gone: Any, kind: str):
    """Its workers, or what a shell runs for it, go with it; a command's also if they left its group."""
    path = tmp_path / "it.py"
    path.write_text(WORKER if kind == "file" else LISTEN)
    under_a_shell = f"cmd:sh -c '{sys.executable} -S {path} {{port}} & wait'"
    spec, count = (str(path), 2) if kind == "file" else (under_a_shell, 4)
    assert left_by_sudden_death(["stdlib", spec], 1 + count, gone) == []
