"""Who descends from whom; test_command.py ends them."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from wsbench.standalone import descendants
from wsbench.standalone.descendants import Descendants, is_keeper, parent_of, workers

pytestmark = [
    pytest.mark.usefixtures("nobody_left"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who descends from whom"),
]

FAMILY = """
import os, signal, socket, subprocess, sys, time
# a parent that holds a socket, two workers that have it too, and a helper without one
listener = socket.socket()
for _ in range(2):
    if os.fork() == 0:
        signal.pause()
        os._exit(0)
helper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
print(flush=True)
for line in sys.stdin:
    helper.kill()
    helper.wait()
    print(flush=True)
"""


@pytest.fixture
def family() -> Iterator[subprocess.Popen[str]]:
    """Run a process with three below it."""
    argv = [sys.executable, "-S", "-c", FAMILY]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout
        one.stdout.readline()
        below = psutil.Process(one.pid).children(recursive=True)
        yield one
        for process in (one, *below):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_all_below_are_found_as_they_come_and_go(family: subprocess.Popen[str]):
    """Parents first; a second look reads of those that are new alone."""
    found = Descendants(os.getpid())
    assert family.pid in found.look()
    theirs = {one.pid for one in psutil.Process(family.pid).children(recursive=True)}
    assert theirs <= set(found.pids)
    assert found.pids.index(family.pid) < min(found.pids.index(pid) for pid in theirs)
    assert not {1, os.getpid()} & set(found.pids)
    assert family.stdin
    assert family.stdout
    family.stdin.write("\n")
    family.stdin.flush()
    family.stdout.readline()
    assert len(set(found.look()) & theirs) == len(theirs) - 1


def test_a_look_reads_only_of_who_is_new(family: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch):
    """It is done while others are measured."""
    found, asked = Descendants(family.pid), []
    found.look()
    real = parent_of
    monkeypatch.setattr(descendants, "parent_of", lambda pid: asked.append(pid) or real(pid))
    before = set(found.pids)
    found.look()
    assert set(found.pids) == before
    assert not before & set(asked)
    assert len(asked) < len(os.listdir("/proc")) / 4  # noqa: PTH208


def test_an_orphan_whose_parent_went_during_the_look_is_not_forgotten(
    family: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
):
    """Only the next look tells that a keeper has it now."""
    (orphan, *_) = psutil.Process(family.pid).children()
    gone = 2**22 + 1
    real = parent_of
    monkeypatch.setattr(descendants, "parent_of", lambda pid: gone if pid == orphan.pid else real(pid))
    found = Descendants(family.pid)
    assert orphan.pid not in found.look()
    monkeypatch.setattr(descendants, "parent_of", real)
    assert orphan.pid in found.look()


def test_who_shares_the_work_is_told_from_who_helps(family: subprocess.Popen[str]):
    """The two at the end with a socket; neither the one that started them nor the one without."""
    assert workers(family.pid) == 2
    assert workers(2**22 + 1) == 1


def test_of_nobody_nothing_is_known(monkeypatch: pytest.MonkeyPatch):
    """Who is gone has no parent and no name, and where there is no /proc there are no descendants."""
    assert parent_of(2**22 + 1) is None
    assert not is_keeper(2**22 + 1)
    assert not is_keeper(os.getpid())

    def missing(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(descendants.os, "listdir", missing)
    assert Descendants(os.getpid()).look() == []


KEEPER = f"""
import importlib.util, os, subprocess, sys, time
spec = importlib.util.spec_from_file_location("descendants", {descendants.__file__!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.become_keeper()
assert module.is_keeper(os.getpid())
FORKS = "import os, time\\nwhile not os.fork(): pass\\ntime.sleep(0.001)"
for _ in range(3):
    subprocess.Popen([sys.executable, "-S", "-c", FORKS], start_new_session=True)
time.sleep(float(sys.argv[1]))
module.end_all()
print(module.Descendants(os.getpid()).look(), flush=True)
"""


@pytest.mark.parametrize("when", ["0", "0.03", "0.1"])
def test_none_is_left_however_fast_they_fork(when: str):
    """They are looked for until the kernel says that there is no child any more."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", KEEPER, when], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert done.stderr == ""


def test_the_end_is_the_end_of_the_keeper_too(gone: Callable[[int], bool]):
    """No other thread of it gets ahead, whatever it waits for."""
    code = KEEPER.replace("module.end_all()", "print(os.getpid(), flush=True); module.end_with_all()")
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, "0.05"],
        capture_output=True,
        text=True,
        check=False,
        process_group=0,
    )
    assert done.returncode == -9
    deadline = time.monotonic() + 10
    while not gone(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gone(int(done.stdout))


STRAYS = KEEPER.replace("module.become_keeper()", "module.adopt_orphans()").replace(
    "assert module.is_keeper", "assert not module.is_keeper"
)


@pytest.mark.parametrize("forks", ["3", "0"])
def test_those_who_left_the_group_end_with_a_server(forks: str, gone: Callable[[int], bool]):
    """They have a session of their own, and their parent has ended: they are found, if there are any."""
    code = STRAYS.replace("range(3)", f"range({forks})").replace(
        "while not os.fork(): pass", "print(os.fork(), flush=True)"
    )
    code = code.replace('time.sleep(0.001)"', 'time.sleep(600)"').replace(
        "module.end_all()", "print(os.getpid(), flush=True); module.end_group_and_strays()"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, "0.2"],
        capture_output=True,
        text=True,
        check=False,
        process_group=0,
    )
    assert done.returncode == -9
    pids = [int(one) for one in done.stdout.split() if one != "0"]
    deadline = time.monotonic() + 10
    while not all(map(gone, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(map(gone, pids))
