"""The command line as its users meet it: in processes of its own and in this one, and its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import psutil
import pytest
from wsbench.__main__ import main
from wsbench.targets.catalogue import CLIENTS, SERVERS

WSBENCH = [sys.executable, "-m", "wsbench"]
BROKEN = Path(__file__).parent / "server_that_dies.py"


QUIET = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
"""What our commands see: nothing of the CI that may run these tests, or they would write into its summary."""


def own(cwd: Path) -> dict[str, str]:
    """Return the environment variables of a command; what it keeps for later it keeps in its folder."""
    return {**QUIET, "WSBENCH_CACHE": str(cwd / "cache")}


def wsbench(
    *words: str, cwd: Path, columns: int = 80, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with more environment variables."""
    return subprocess.run(
        [*WSBENCH, *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**own(cwd), "COLUMNS": str(columns), **(variables or {})},
        timeout=100,
        check=False,
    )


def called(
    *words: str, cwd: Path, capfd: pytest.CaptureFixture[str], variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Call the command line in this process, which takes no time to start; its children are heard too."""
    capfd.readouterr()
    with _as_if_started(words, cwd, variables or {}), pytest.raises(SystemExit) as left:
        main()
    code = left.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, *capfd.readouterr())


@contextlib.contextmanager
def _as_if_started(words: tuple[str, ...], cwd: Path, variables: dict[str, str]) -> Iterator[None]:
    """Give this process a command's words, folder and environment variables; undo what a command changes."""
    handler = signal.getsignal(signal.SIGTERM)
    with (
        contextlib.chdir(cwd),
        patch.object(sys, "argv", ["wsbench", *words]),
        patch.object(sys.modules["__main__"], "__package__", None),  # or usage says: python -m pytest.wsbench
        patch.dict(os.environ, {**own(cwd), "COLUMNS": "80", **variables}, clear=True),
        patch.dict(SERVERS),  # servers and clients of other distributions are added
        patch.dict(CLIENTS),
    ):
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, handler)


def assert_usage_error(done: subprocess.CompletedProcess[str], line: str) -> None:
    """Assert that a command printed one line with these words to stderr, nothing else, and exited with 2."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith("wsbench: ")
    assert line in done.stderr


def one_a_verb(table: list[tuple[list[str], str]]) -> list[tuple[list[str], str]]:
    """Return the last case of each verb, for a process of its own."""
    return [*{words[0]: (words, line) for words, line in table}.values()]


def started(*words: str, cwd: Path, variables: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command with its own output pipes, and with more environment variables."""
    return subprocess.Popen(
        [*WSBENCH, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**own(cwd), **(variables or {})},
    )


def children_of(process: subprocess.Popen[str], least: int) -> list[psutil.Process]:
    """Wait until a command has so many children, and return them."""
    me = psutil.Process(process.pid)
    for _ in range(600):
        found = me.children(recursive=True)
        if len(found) >= least:
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError(f"only {len(found)} children came")


def left_of(children: list[psutil.Process]) -> list[psutil.Process]:
    """Return those still alive after they had time to go."""
    _, alive = psutil.wait_procs(children, timeout=10)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
