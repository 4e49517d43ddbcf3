"""The command line as its users meet it: commands in processes of their own, and their children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

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


def started(*words: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a command with its own output pipes."""
    return subprocess.Popen(
        [*WSBENCH, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=own(cwd),
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
