"""Child processes: what they say, how they end, and that nothing of them is left."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from wsbench.machine.process import TAIL_LINES, TAIL_WIDTH, Child, ChildError, stop_all

pytestmark = pytest.mark.usefixtures("nobody_left")

ECHO = 'import sys\nfor line in sys.stdin: print(\'{"heard": "%s"}\' % line.strip(), flush=True)'
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('{}', flush=True)\n"
SLEEP = "time.sleep(600)"
PARENT = (
    "import subprocess, sys, time\n"
    "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session={apart})\n"
    "print('{{\"pid\": %d}}' % one.pid, flush=True)\n"
    "time.sleep(600)"
)


def child_of(code: str, **options: object) -> Child:
    """Start Python code as the child called `it`."""
    return Child("it", [sys.executable, "-S", "-c", code], **options)


def is_gone(pid: int) -> bool:
    """Tell whether a process is no more, or a zombie that whoever inherited it has not buried."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def start():
    """Start children that are ended after the test, whatever happens."""
    children: list[Child] = []

    def begin(code: str, **options: object) -> Child:
        children.append(child_of(code, **options))
        return children[-1]

    yield begin
    stop_all(children)


def test_lines_there_and_back(start):
    """A line told is heard by the child, and its JSON answer by us; `ask` does both."""
    child = start(ECHO)
    child.tell("one")
    child.tell("two")
    assert child.hear(10) == {"heard": "one"}
    assert child.hear(10) == {"heard": "two"}
    assert child.ask("three", 10) == {"heard": "three"}


def test_a_message_in_pieces_is_one(start):
    """A line that is written in parts is one message; two in one write are two."""
    code = (
        "import os, time\nfor part in (b'{\"a\"', b': 1}', b'\\n{\"b\": 2}\\n{\"c\": 3}\\n'):\n"
        " os.write(1, part); time.sleep(0.05)\ntime.sleep(600)"
    )
    child = start(code)
    assert [child.hear(10) for _ in range(3)] == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_environment_is_added(start):
    """What is given is added to our own environment."""
    code = "import json, os\nprint(json.dumps(dict(os.environ)), flush=True)\ninput()"
    found = start(code, environment={"WSBENCH_TEST": "yes"}).hear(10)
    assert found["WSBENCH_TEST"] == "yes"
    assert found["PATH"] == os.environ["PATH"]


def test_silence_is_told(start):
    """A child that says nothing is told with the time it had."""
    with pytest.raises(ChildError, match=r"^it did not answer within 0.2 s$"):
        start("import time\ntime.sleep(600)").hear(0.2)


def test_a_stopped_child_is_silent_and_can_be_ended(start):
    """A child under SIGSTOP answers no more; it still can be ended."""
    child = start(ECHO)
    child.ask("one", 10)
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(ChildError, match="did not answer within"):
        child.ask("two", 0.2)
    child.stop()
    assert is_gone(child.pid)


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("import os; os._exit(7)", "it exited with code 7"),
        ("", "it exited with code 0"),
        ("import os; os.kill(os.getpid(), 9)", "it was killed by SIGKILL"),
        ("import os; os.kill(os.getpid(), 11)", "it was killed by SIGSEGV"),
        ('print(\'{"event": "failed", "reason": "no luck"}\', flush=True); input()', "it: no luck"),
        ("import os, time; os.close(1); time.sleep(600)", "it closed its output"),
    ],
)
def test_the_end_is_told(start, code: str, fate: str):
    """Exit code, signal, and its own last words are in the message."""
    with pytest.raises(ChildError) as caught:
        start(code).hear(10)
    assert str(caught.value) == fate


def test_telling_the_dead_is_an_error(start):
    """A line to a child that is gone raises, with how it ended; so does one after `close`."""
    child = start("import os; os._exit(7)")
    child.process.wait()
    with pytest.raises(ChildError, match="it exited with code 7"):
        child.tell("hello")
    child.close()
    with pytest.raises(ChildError, match="it exited with code 7"):
        child.tell("hello")


def test_settles_tells_the_living_from_the_dead(start):
    """A child that sleeps still runs; one that has ended does not."""
    dead, alive = start(""), start("import time\ntime.sleep(600)")
    dead.process.wait()
    assert (dead.settles(), alive.settles()) == (False, True)


def test_the_tail_of_stderr_is_kept(start):
    """The last lines on standard error are there once the child is gone, however it ended."""
    code = "import os\nfor n in range(50): os.write(2, b'line %d\\n' % n)\nos.write(2, b'end \\xff'); os._exit(1)"
    child = start(code)
    with pytest.raises(ChildError):
        child.hear(10)
    assert child.tail == (*(f"line {n}" for n in range(51 - TAIL_LINES, 50)), "end \ufffd")


def test_listeners_hear_every_line(start):
    """Whoever listens gets all lines, not only the tail."""
    lines: list[str] = []
    child = start("import sys\nfor n in range(50): print(n, file=sys.stderr)", on_stderr=lines.append)
    child.process.wait()
    child.stop()
    assert lines == [str(n) for n in range(50)]


def test_a_noisy_child_never_blocks(start):
    """4 MB on standard error before the first answer, in lines and in one piece, block nobody; the tail is small."""
    code = (
        "import os\nfor _ in range(20000): os.write(2, b'x' * 100 + b'\\n')\nos.write(2, b'y' * 2_000_000)\n"
    )
    child = start(code + "print('{\"done\": 1}', flush=True)")
    assert child.hear(30) == {"done": 1}
    child.process.wait()
    child.stop()
    assert len(child.tail) == TAIL_LINES
    assert max(map(len, child.tail)) == TAIL_WIDTH


@pytest.mark.parametrize("busy", [SLEEP, "while True: pass"])
def test_stop_ends_who_ignores_sigterm(start, busy: str):
    """Deaf to the end of its input and to SIGTERM, asleep or computing, it is killed."""
    child = start(DEAF + busy)
    child.hear(10)
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert is_gone(child.pid)


def test_stop_ends_the_whole_group(start):
    """A grandchild goes with its parent."""
    child = start(PARENT.format(apart=False))
    grandchild = child.hear(10)["pid"]
    assert not is_gone(grandchild)
    child.stop()
    while not is_gone(grandchild):
        time.sleep(0.01)


def test_stop_does_not_wait_for_who_left_the_group(start):
    """A grandchild in a session of its own that holds our standard error does not hold us."""
    child = start(PARENT.format(apart=True))
    grandchild = child.hear(10)["pid"]
    child.stop()
    assert is_gone(child.pid)
    os.kill(grandchild, signal.SIGKILL)


def test_stop_may_come_twice_and_late(start):
    """Ending the ended is nothing, and neither is ending one that died by itself."""
    child = start("")
    child.process.wait()
    child.stop()
    child.stop()
    assert child.process.returncode == 0


def test_stop_all_ends_all():
    """Many are ended together, dead and deaf ones among them."""
    children = [child_of(""), child_of(ECHO), child_of(DEAF + SLEEP), child_of("import time\n" + SLEEP)]
    children[2].hear(10)
    stop_all(children)
    assert all(is_gone(child.pid) for child in children)


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
def test_nobody_survives_our_sudden_death(broken):
    """Where the bench is killed by SIGKILL, servers, drivers and spinners are gone, stuck ones too."""
    specs = ["stdlib", str(broken / "busy.py"), "tornado", "tcp"]
    suite = subprocess.Popen([sys.executable, "-c", SUITE, *specs], stdout=subprocess.PIPE)
    try:
        pids = [int(word) for word in suite.stdout.readline().strip(b"[]\n").split(b",")]
        assert len(pids) == len(specs) + 1 + 2
        assert not any(is_gone(pid) for pid in pids)
    finally:
        suite.kill()
        suite.wait()
        suite.stdout.close()
    while not all(is_gone(pid) for pid in pids):
        time.sleep(0.01)
