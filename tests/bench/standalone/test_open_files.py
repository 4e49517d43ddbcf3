"""Limits of open files: in processes of their own, for a limit once lowered stays so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from wsbench.standalone import command, open_files, server
from wsbench.standalone.open_files import SPARE, FilesError, room_for


def run(soft: int, hard: int, code: str) -> str:
    """Run code, which has the module, under these limits and return what it prints."""
    lines = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
names = runpy.run_path({open_files.__file__!r})
room_for, raise_to_hard, FilesError = names["room_for"], names["raise_to_hard"], names["FilesError"]
{code}
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    done = subprocess.run([sys.executable, "-c", lines], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("connections", "found"),
    [(10, "100 900"), (100 - SPARE, "100 900"), (100 - SPARE + 1, "101 900"), (900 - SPARE, "900 900")],
)
def test_the_soft_limit_is_raised_as_far_as_needed(connections: int, found: str):
    """Never lowered, and the hard one is left alone."""
    assert run(100, 900, f"room_for({connections})") == found


def test_where_the_hard_limit_is_in_the_way_it_is_told_what_to_do():
    """One line with both numbers and every way to raise it; nothing is changed."""
    code = "try:\n    room_for(10_000)\nexcept FilesError as problem:\n    print(problem)"
    line, after = run(100, 900, code).splitlines()
    assert line == (
        "10,000 connections need 10,064 open files in one process, and the hard limit is 900: raise it by"
        " ulimit -Hn 10064 as root, /etc/security/limits.conf (nofile), LimitNOFILE= of systemd, or"
        " docker run --ulimit nofile=10064"
    )
    assert after == "100 900"


def test_a_server_takes_all_it_may():
    """Soft becomes hard."""
    assert run(100, 900, "raise_to_hard()") == "900 900"


def test_a_system_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch):
    """As macOS does above the kernel's own limit: for a server that is no reason not to start."""

    def refuse(_soft: int) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(open_files, "limits", lambda: (100, 2**31 - 1))
    monkeypatch.setattr(open_files, "_set_soft", refuse)
    open_files.raise_to_hard()
    with pytest.raises(FilesError, match=r"and the system refuses \(not allowed\): raise it by"):
        room_for(1_000)


def test_where_there_are_no_limits_there_is_room(monkeypatch: pytest.MonkeyPatch):
    """As on Windows."""
    monkeypatch.setattr(open_files, "limits", lambda: None)
    room_for(10**9)
    open_files.raise_to_hard()


def test_every_server_is_started_with_the_hard_limit():
    """Ours and commands alike: what the child starts inherits it."""
    order = json.dumps({"role": "command", "host": "127.0.0.1", "port": 0, "path": "/", "timeout": 5})
    private = json.dumps({"argv": ["sh", "-c", "ulimit -Sn >&2"]})
    lines = f"""
import os, resource, sys
os.environ[{command.PRIVATE!r}] = {private!r}
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 900))
os.execv(sys.executable, [sys.executable, "-P", {str(Path(server.__file__))!r}, {order!r}])
"""
    with subprocess.Popen(
        [sys.executable, "-c", lines],
        stdin=subprocess.PIPE,  # its end would be the end of the child, and of its group
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as done:
        assert done.stderr.readline() == "900\n"
        done.wait(10)
