"""Talking to valgrind from outside: its pipes for vgdb are in a folder, one pair for each process."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .errors import CountError

INVOKE_MS = 1
"""How long vgdb waits for the process to look for it by itself, which one that sleeps never does."""

VGDB_S = 60.0

PIPE = "vgdb-to-vgdb-from-"
"""How the names of those pipes begin; the number of the process follows."""


def options(folder: Path) -> tuple[str, ...]:
    """Return the options of any tool of valgrind's that is to be talked to, and prints nothing."""
    return (
        *("--trace-children=yes", "--vgdb=yes", f"--vgdb-prefix={folder}/vgdb"),
        f"--log-file={folder}/log.%p",
    )


def pids(folder: Path) -> list[int]:
    """Return the processes that run under valgrind; of one that was killed the pipes are still there."""
    names = [path.name.removeprefix(PIPE) for path in folder.glob(f"{PIPE}*")]
    return sorted(pid for name in names if lives(pid := int(name.partition("-")[0])))


def lives(pid: int) -> bool:
    """Whether a process is there that has not ended yet (proc_pid_stat(5): state)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    return state not in {b"Z", b"X", b"x"}


def tell(folder: Path, pid: int, *words: str) -> None:
    """Have a process carry out a monitor command of its tool's. Raises `CountError`."""
    argv = "vgdb", f"--pid={pid}", f"--vgdb-prefix={folder}/vgdb", f"--max-invoke-ms={INVOKE_MS}"
    try:
        done = subprocess.run([*argv, *words], check=False, capture_output=True, text=True, timeout=VGDB_S)
    except subprocess.TimeoutExpired:
        raise CountError(f"valgrind did not answer {' '.join(words)} within {VGDB_S:g} s") from None
    if done.returncode and lives(pid):
        said = done.stderr.strip().splitlines() or [f"code {done.returncode}"]
        raise CountError(f"vgdb can't reach the server: {said[-1]}")
