"""Servers that are somebody's command: started on a port, waited for, and ended with us."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from wsbench.machine.orders import start_child
from wsbench.machine.process import Child, ChildError, stop_all
from wsbench.standalone import command

pytestmark = pytest.mark.usefixtures("nobody_left")

LISTENER = """
import os, socket, sys, time
print("argv", *sys.argv[1:], flush=True)
print("input", repr(sys.stdin.read()), flush=True)
time.sleep(float(os.environ.get("LATE", "0")))
listener = socket.create_server((sys.argv[2], int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    if connection.recv(1) == b"q":
        sys.exit(int(os.environ.get("CODE", "0")))
"""
SLEEPER = "import time\ntime.sleep(600)"

Start = Callable[..., Child]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    """Start commands: Python code as a file with arguments; they are ended after the test."""
    started: list[Child] = []

    def start(
        code: str, *arguments: str, environment: dict[str, str] | None = None, **changes: object
    ) -> Child:
        path = tmp_path / "listener.py"
        path.write_text(code)
        argv = [sys.executable, "-S", str(path), *arguments]
        order = {"role": "command", "argv": argv, "host": "127.0.0.1", "port": 0, "core": None, "equal": True}
        started.append(start_child("it", {**order, **changes}, environment))
        return started[-1]

    yield start
    stop_all(started)


def send(port: int, data: bytes) -> None:
    """Connect to a listener and send it something."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(data)
        assert sock.recv(1) == b""


def test_it_is_ready_when_its_port_answers(begin: Start):
    """Port and host are filled in wherever they stand; what it is, nobody can know."""
    child = begin(LISTENER, "{port}", "{host}", "--at={host}:{port}", environment={"LATE": "0.3"})
    message = child.hear(20)
    port = message["port"]
    socket.create_connection(("127.0.0.1", port), 5).close()
    assert (message["event"], message["version"], message["python"], message["loop"]) == ("ready", "", "", "")
    child.stop()
    assert f"argv {port} 127.0.0.1 --at=127.0.0.1:{port}" in child.tail


def test_the_process_that_serves_is_the_command(begin: Start):
    """Its number is told, not that of who started it: its CPU time and memory are what counts."""
    child = begin(LISTENER, "{port}", "{host}")
    pid = child.hear(20)["pid"]
    assert pid != child.pid
    assert "listener.py" in " ".join(psutil.Process(pid).cmdline())
    assert os.getpgid(pid) == child.pid


def test_what_it_prints_is_no_message_and_it_has_no_input(begin: Start):
    """Both its outputs go to standard error, and reading standard input ends at once: that one is ours."""
    child = begin(LISTENER, "{port}", "{host}")
    child.hear(20)
    child.stop()
    assert "input ''" in child.tail


def test_the_port_that_is_asked_for_is_taken(begin: Start):
    """`serve` names one."""
    port = command.free_port("127.0.0.1")
    assert begin(LISTENER, "{port}", "{host}", port=port).hear(20)["port"] == port


def test_a_port_that_somebody_has_is_told(begin: Start):
    """Another server that answers there is not the command: nothing of it must be measured."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        child = begin(SLEEPER, "{port}", port=taken.getsockname()[1])
        with pytest.raises(ChildError, match=r"somebody listens on .* already"):
            child.hear(20)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("import sys; print('sorry', file=sys.stderr); sys.exit(7)", "ended with code 7"),
        ("", "ended with code 0"),
        ("import os; print('sorry', flush=True); os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
    ],
)
def test_a_command_that_ends_early_is_told(begin: Start, code: str, ending: str):
    """With its code, and what it printed is in the tail."""
    child = begin(code, "{port}")
    with pytest.raises(ChildError) as caught:
        child.hear(20)
    assert f"{sys.executable} {ending} before port " in str(caught.value)
    assert "\n" not in str(caught.value)
    child.process.wait()
    child.stop()
    assert ("sorry" in child.tail) == ("sorry" in code)


@pytest.mark.parametrize("program", ["no-such-program", "/no/such/program", ""])
def test_a_program_that_is_not_there_is_told(begin: Start, program: str):
    """Its name is looked for as a shell would."""
    child = begin("", argv=[program, "{port}"])
    with pytest.raises(ChildError, match=f"it: .*there is no program {program}$"):
        child.hear(20)


def test_a_command_that_never_listens_is_told(monkeypatch: pytest.MonkeyPatch):
    """It is waited for with a bound; the line says for how long."""
    monkeypatch.setattr(command, "LISTENS_S", 0.2)
    before = set(psutil.Process().children())
    order = {"argv": [sys.executable, "-S", "-c", SLEEPER], "host": "127.0.0.1", "port": 0}
    with pytest.raises(RuntimeError, match=r"did not listen on port \d+ within 0.2 s"):
        command.run(order, print, RuntimeError)
    for process in set(psutil.Process().children()) - before:  # in its own process its group is ended
        process.kill()
        process.wait()


def test_it_ends_when_the_command_ends(begin: Start):
    """A server that is gone is seen to be gone, with its code."""
    child = begin(LISTENER, "{port}", "{host}", environment={"CODE": "5"})
    send(child.hear(20)["port"], b"q")
    assert child.process.wait(20) == 5


def test_a_command_that_is_killed_is_no_success(begin: Start):
    """A signal is no exit code, but something else than 0 comes out."""
    child = begin(LISTENER, "{port}", "{host}")
    os.kill(child.hear(20)["pid"], signal.SIGKILL)
    assert child.process.wait(20) not in {0, None}


WITH_WORKER = """
import subprocess, sys
worker = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print("worker", worker.pid, flush=True)
"""


def test_stopping_ends_it_and_what_it_started(begin: Start, gone: Callable[[int], bool]):
    """All of them are one group, also where the command does not look after its children."""
    child = begin(WITH_WORKER + LISTENER, "{port}", "{host}")
    pid = child.hear(20)["pid"]
    (worker,) = [one.pid for one in psutil.Process(pid).children()]
    child.stop()
    while not (gone(pid) and gone(worker)):
        time.sleep(0.01)


def test_the_end_of_the_pipe_ends_it_too(begin: Start, gone: Callable[[int], bool]):
    """Without any signal of ours: that is what is left when we are gone."""
    child = begin(WITH_WORKER + LISTENER, "{port}", "{host}")
    pid = child.hear(20)["pid"]
    (worker,) = [one.pid for one in psutil.Process(pid).children()]
    child.close()
    assert child.process.wait(20) == -signal.SIGKILL
    while not (gone(pid) and gone(worker)):
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="pinning is Linux's")
def test_it_stays_on_the_servers_core(begin: Start):
    """The core is inherited by the command and whatever it starts."""
    core = max(os.sched_getaffinity(0))
    child = begin(WITH_WORKER + LISTENER, "{port}", "{host}", core=core)
    pid = child.hear(20)["pid"]
    family = [pid, *(one.pid for one in psutil.Process(pid).children())]
    assert [os.sched_getaffinity(one) for one in family] == [{core}, {core}]


def test_a_free_port_can_be_listened_on():
    """It is free by the time it is told."""
    port = command.free_port("127.0.0.1")
    assert not command.answers("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert command.answers("127.0.0.1", port)
