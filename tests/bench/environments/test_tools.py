"""Programs of others: what they get to see, and that nothing of them is left."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from wsbench.environments import tools

pytestmark = pytest.mark.usefixtures("nobody_left")

SLEEPER = "import os, time, pathlib; pathlib.Path({path!r}).write_text(str(os.getpid())); time.sleep(600)"


def pid_in(path: Path) -> int:
    """Return the process id that is written to a file, once it is."""
    while not (path.exists() and path.read_text()):
        time.sleep(0.01)
    return int(path.read_text())


def test_what_a_program_says(tmp_path: Path):
    """Exit code, output and error are kept apart; it reads nothing, and runs in its folder."""
    code = "import os, sys; print(repr(sys.stdin.read()), os.getcwd()); sys.exit('hé')"
    done = tools.run([sys.executable, "-c", code], tmp_path)
    assert done == (1, f"'' {tmp_path}\n".encode(), "hé\n")


def test_a_program_that_is_not_there():
    """It has failed, as one has that is there and fails."""
    assert tools.run(["no-such-program-anywhere"]).code != 0


def test_surroundings_lead_nowhere_else(monkeypatch: pytest.MonkeyPatch):
    """What would move uv or git is dropped, where packages come from is kept, and nobody is asked."""
    dropped = ("VIRTUAL_ENV", "UV_PYTHON", "UV_MANAGED_PYTHON", "UV_NO_BINARY", "GIT_DIR", "PYTHONPATH")
    kept = ("UV_DEFAULT_INDEX", "UV_OFFLINE", "UV_EXCLUDE_NEWER", "GIT_SSH_COMMAND", "HTTPS_PROXY")
    for name in (*dropped, *kept):
        monkeypatch.setenv(name, "mine")
    found = tools.surroundings()
    assert not set(dropped) & set(found)
    assert [found[name] for name in kept] == ["mine"] * len(kept)
    assert found["UV_PYTHON_DOWNLOADS"] == "never"
    assert found["GIT_TERMINAL_PROMPT"] == "0"


def test_an_interrupt_ends_its_whole_group(tmp_path: Path, gone: Callable[[int], bool]):
    """When we stop waiting, the program and what it has started are killed."""
    child, grandchild = tmp_path / "child", tmp_path / "grandchild"
    inner, outer = SLEEPER.format(path=str(grandchild)), SLEEPER.format(path=str(child))
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {inner!r}]); {outer}"

    def interrupt() -> None:
        pid_in(child), pid_in(grandchild)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        tools.run([sys.executable, "-c", code])
    thread.join()
    while not (gone(pid_in(child)) and gone(pid_in(grandchild))):
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked for it")
def test_it_does_not_outlive_us(tmp_path: Path, gone: Callable[[int], bool]):
    """Where we are killed and can do nothing any more, the program dies, too."""
    child = tmp_path / "child"
    words = [sys.executable, "-c", SLEEPER.format(path=str(child))]
    code = f"from wsbench.environments import tools; tools.run({words!r})"
    with subprocess.Popen([sys.executable, "-c", code]) as ours:
        pid = pid_in(child)
        os.kill(ours.pid, signal.SIGKILL)
    while not gone(pid):
        time.sleep(0.01)


def test_uv_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """It comes from its distribution, else from PATH, else it is not there; nor is it without our lock."""
    assert Path(tools.uv()).name == "uv"
    monkeypatch.setitem(sys.modules, "uv", None)
    (tmp_path / "uv").write_text("")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.uv() == str(tmp_path / "uv")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert tools.uv() == ""
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert tools.uv() == ""
