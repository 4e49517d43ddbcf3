"""Servers that are somebody's command: started on a port, waited for, and ended with us."""

from __future__ import annotations

import json
import os
import re
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
from wsbench.standalone import command, greeting

pytestmark = pytest.mark.usefixtures("nobody_left")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who descends from whom")

LISTENER = """
import os, socket, sys, time
print("argv", *sys.argv[1:], flush=True)
print("input", repr(sys.stdin.read()), flush=True)
time.sleep(float(os.environ.get("LATE", "0")))
listener = socket.create_server((sys.argv[2], int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    if connection.recv(1000) == b"q":
        sys.exit(int(os.environ.get("CODE", "0")))
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n")
    connection.close()
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
        private = {
            "argv": changes.pop("argv", [sys.executable, "-S", str(path), *arguments]),
            "environment": changes.pop("variables", {}),
            "handshake": changes.pop("handshake", {}),
        }
        order = {"role": "command", "host": "127.0.0.1", "port": 0, "core": None, "equal": True}
        order |= {"path": "/echo", "timeout": 20}
        variables = {command.PRIVATE: json.dumps(private), **(environment or {})}
        started.append(start_child("it", {**order, **changes}, variables))
        return started[-1]

    yield start
    stop_all(started)


def send(port: int, data: bytes) -> None:
    """Connect to a listener and send it something."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(data)
        assert sock.recv(1) == b""


def test_it_is_ready_when_it_answers_on_its_port(begin: Start):
    """Port and host are filled in wherever they stand; what it is, nobody can know."""
    child = begin(LISTENER, "{port}", "{host}", "--at={host}:{port}", environment={"LATE": "0.3"})
    message = child.hear(20)
    port = message["port"]
    socket.create_connection(("127.0.0.1", port), 5).close()
    assert (message["event"], message["version"], message["python"], message["loop"]) == ("ready", "", "", "")
    assert message["host"] == "127.0.0.1"
    child.stop()
    assert f"argv {port} 127.0.0.1 --at=127.0.0.1:{port}" in child.tail


def test_words_may_stand_before_those_of_the_command(begin: Start):
    """Such as valgrind's, found on our PATH and not on the command's; lines about the command name both."""
    child = begin(LISTENER, "{port}", "{host}", under=["env", "LATE=0.1"], variables={"PATH": "/nowhere"})
    child.hear(20)
    child.stop()
    assert any(line.startswith("argv") for line in child.tail)
    child = begin("raise SystemExit(3)", "{port}", under=["env"])
    with pytest.raises(ChildError, match=r"python\S* under env ended with code 3 before port"):
        child.hear(20)


def family_of(child: Child) -> list[psutil.Process]:
    """Return the processes of a command: all below the one that started it."""
    found = psutil.Process(child.pid).children(recursive=True)
    return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]


def test_who_started_it_is_told_to_find_all_of_it_below(begin: Start):
    """It does none of the work, and says so by its name; the command is of its group."""
    child = begin(LISTENER, "{port}", "{host}")
    assert child.hear(20)["pid"] == child.pid
    assert Path(f"/proc/{child.pid}/comm").read_text() == "wsbench-keeper\n"
    (one,) = family_of(child)
    assert "listener.py" in " ".join(one.cmdline())
    assert os.getpgid(one.pid) == child.pid


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


SAYS = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    connection.recv(1000)
    connection.sendall(sys.argv[2].encode())
    connection.close()
"""
HOLDS = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
kept = [listener.accept()]
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("code", "words", "what"),
    [
        (SLEEPER, (), "connection refused"),
        (SAYS, ("HTTP/1.1 503 Service Unavailable\r\n\r\n",), "HTTP 503 Service Unavailable"),
        (SAYS, ("HTTP/1.1 502 Bad Gateway\r\n\r\n",), "HTTP 502 Bad Gateway"),
        (SAYS, ("",), "accepted the connection and closed it"),
        (HOLDS, (), "accepted the connection and said nothing"),
    ],
    ids=["nobody", "503", "502", "closes", "silent"],
)
def test_a_command_that_never_answers_is_told(begin: Start, code: str, words: tuple[str, ...], what: str):
    """It is waited for with a bound; the line says for how long, and what came last."""
    child = begin(code, "{port}", *words, timeout=0.4)
    with pytest.raises(ChildError) as caught:
        child.hear(20)
    line = f"did not answer a WebSocket handshake on port PORT within 0.4 s: {what}"
    assert re.sub(r"port \d+", "port PORT", str(caught.value)) == f"it: {sys.executable} {line}"


def test_a_server_that_is_late_behind_a_port_that_accepts_is_waited_for(begin: Start):
    """A proxy listens at once, says 503, then nothing, and only then hands on."""
    code = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
begun, kept = time.monotonic(), []
while True:
    connection, _ = listener.accept()
    late = time.monotonic() - begun
    if late < 0.3:
        connection.sendall(b"HTTP/1.1 503 Not Yet\\r\\n\\r\\n")
    elif late > 1:
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n")
    else:
        kept.append(connection)
"""
    begun = time.monotonic()
    assert begin(code, "{port}").hear(20)["event"] == "ready"
    assert time.monotonic() - begun > 1


@pytest.mark.parametrize("answer", ["HTTP/1.1 404 Not Found\r\n\r\n", "hello\r\n"])
def test_a_server_that_refuses_serves(begin: Start, answer: str):
    """What is wrong with it is for others to say: it is not waited for to the end."""
    begun = time.monotonic()
    assert begin(SAYS, "{port}", answer).hear(20)["event"] == "ready"
    assert time.monotonic() - begun > command.STABLE_S  # it was asked more than once


def test_it_is_asked_as_its_clients_will(begin: Start):
    """Path, headers and subprotocols; what may be secret is in no command line, and not left to it."""
    code = LISTENER.replace("connection.recv(1000)", "print(connection.recv(1000), flush=True)")
    secret = {"headers": [["Authorization", "Bearer t"], ["host", "me"]], "subprotocols": ["a", "b"]}
    child = begin(
        "import os; print('left', os.environ.get('WSBENCH_PRIVATE'), flush=True)" + code,
        "{port}",
        "{host}",
        path="/x%20y?z",
        handshake=secret,
    )
    child.hear(20)
    child.stop()
    (said,) = [line for line in child.tail if "GET" in line]
    assert "GET /x%20y?z HTTP/1.1" in said
    assert "Authorization: Bearer t" in said
    assert "host: me" in said
    assert "Host: " not in said
    assert "Sec-WebSocket-Protocol: a, b" in said
    assert "left None" in child.tail


@pytest.mark.skipif(not command._is_free("::1", 0), reason="there is no IPv6 here")
def test_a_server_on_the_other_loopback_is_found(begin: Start):
    """`localhost` is ::1 to some; the line says where it is."""
    code = LISTENER.replace("create_server((sys.argv[2]", "create_server(('::1'")
    code = code.replace("int(sys.argv[1]))", "int(sys.argv[1])), family=socket.AF_INET6")
    message = begin(code, "{port}", "{host}").hear(20)
    assert message["host"] == "::1"
    socket.create_connection(("::1", message["port"]), 5).close()


def test_variables_are_the_commands(begin: Start):
    """Those before it, with port and host filled in."""
    code = "import os; print(*(os.environ[name] for name in ('A', 'B', 'PYTHONWARNINGS')))" + LISTENER
    variables = {"A": "at {host}:{port}", "B": "b c", "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}
    child = begin(code, "{port}", "{host}", variables=variables)
    port = child.hear(20)["port"]
    child.stop()
    assert f"at 127.0.0.1:{port} b c ignore" in child.tail  # the last of which is kept from others


def test_it_ends_when_the_command_ends(begin: Start):
    """A server that is gone is seen to be gone, with its code."""
    child = begin(LISTENER, "{port}", "{host}", environment={"CODE": "5"})
    send(child.hear(20)["port"], b"q")
    assert child.process.wait(20) == 5


def test_a_command_that_is_killed_is_no_success(begin: Start):
    """A signal is no exit code, but something else than 0 comes out."""
    child = begin(LISTENER, "{port}", "{host}")
    child.hear(20)
    os.kill(family_of(child)[0].pid, signal.SIGKILL)
    assert child.process.wait(20) not in {0, None}


WITH_WORKER = """
import subprocess, sys
worker = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print("worker", worker.pid, flush=True)
"""


LEFT = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time
        time.sleep(600)
    os._exit(0)
"""
DAEMON = """
import os
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
"""
MANNERS = pytest.mark.parametrize(
    ("code", "count"),
    [
        (WITH_WORKER + LISTENER, 2),
        pytest.param(LEFT + LISTENER, 2, marks=LINUX),
        pytest.param(DAEMON + LISTENER, 1, marks=LINUX),
        pytest.param(DAEMON + WITH_WORKER + LISTENER, 2, marks=LINUX),
    ],
    ids=["a worker", "one that left", "a daemon", "a daemon with a worker"],
)


def settled(child: Child, count: int) -> list[int]:
    """Return the processes of a command once there are so many."""
    child.hear(20)
    deadline = time.monotonic() + 10
    while len(found := family_of(child)) != count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(found) == count
    return [one.pid for one in found]


def none_left(pids: list[int], gone: Callable[[int], bool]) -> bool:
    """Whether all are gone before long."""
    deadline = time.monotonic() + 10
    while not all(gone(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return all(gone(pid) for pid in pids)


@MANNERS
def test_stopping_ends_it_and_what_it_started(
    begin: Start, gone: Callable[[int], bool], code: str, count: int
):
    """Also who has left the group and the session, and who has become a daemon."""
    child = begin(code, "{port}", "{host}")
    pids = settled(child, count)
    child.stop()
    assert none_left(pids, gone)


@MANNERS
def test_the_end_of_the_pipe_ends_it_too(begin: Start, gone: Callable[[int], bool], code: str, count: int):
    """Without any signal of ours: that is what is left when we are gone."""
    child = begin(code, "{port}", "{host}")
    pids = settled(child, count)
    child.close()
    assert child.process.wait(20) == -signal.SIGKILL
    assert none_left(pids, gone)


@LINUX
@pytest.mark.parametrize("ignored", [False, True])
def test_a_command_is_asked_to_end_first(begin: Start, gone: Callable[[int], bool], ignored: bool):
    """It may have something elsewhere to end; where it does not, it is killed all the same."""
    code = "import signal; signal.signal(signal.SIGTERM, lambda *_: HOW)\n"
    how = "print('deaf', flush=True)" if ignored else "sys.exit(print('goodbye', flush=True))"
    child = begin(code.replace("HOW", how) + LISTENER, "{port}", "{host}")
    pids = settled(child, 1)
    child.stop()
    assert ("deaf" if ignored else "goodbye") in child.tail
    assert none_left(pids, gone)


@LINUX
def test_sigterm_ends_it_too(begin: Start, gone: Callable[[int], bool]):
    """Whoever sends it."""
    child = begin(LEFT + LISTENER, "{port}", "{host}")
    pids = settled(child, 2)
    child.process.terminate()
    assert child.process.wait(20) == 128 + signal.SIGTERM
    assert none_left(pids, gone)


@LINUX
def test_a_daemon_is_followed_until_it_ends(begin: Start):
    """Who started it has long ended, and well."""
    child = begin(DAEMON + LISTENER, "{port}", "{host}")
    port = child.hear(20)["port"]
    assert child.settles()
    send(port, b"q")
    assert child.process.wait(20) == 0


@LINUX
def test_a_server_that_ends_is_not_followed_into_what_it_left(begin: Start, gone: Callable[[int], bool]):
    """Nobody listens any more, so it has ended; what it left ends with it."""
    child = begin(LEFT + LISTENER, "{port}", "{host}")
    port = child.hear(20)["port"]
    pids = [one.pid for one in family_of(child)]
    send(port, b"q")
    assert child.process.wait(20) == 0
    assert none_left(pids, gone)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="pinning is Linux's")
def test_it_stays_on_the_servers_core(begin: Start):
    """The core is inherited by the command and whatever it starts."""
    core = max(os.sched_getaffinity(0))
    child = begin(WITH_WORKER + LISTENER, "{port}", "{host}", core=core)
    assert [os.sched_getaffinity(one) for one in settled(child, 2)] == [{core}, {core}]


def test_a_free_port_is_free_on_both_loopbacks(monkeypatch: pytest.MonkeyPatch):
    """One that somebody has on ::1 is not told."""
    port = command.free_port("127.0.0.1")
    for host in command.addresses("127.0.0.1"):
        assert not greeting.accepts(host, port)
    with socket.create_server(("127.0.0.1", port)):
        assert greeting.accepts("127.0.0.1", port)
    asked = []
    monkeypatch.setattr(command, "_is_free", lambda *where: asked.append(where) or len(asked) > 1)
    assert ("::1", command.free_port("127.0.0.1")) == asked[1]
