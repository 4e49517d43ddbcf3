"""Runs wsbench again and again, and shows what that leaves: `make soak`, for SOAK_MINUTES (30).

Short runs of every verb that measures, polite servers and hostile ones in turn. Before and after stand the
memory, open files and processes of the machine, and the entries of the folder for temporary files and of
/dev/shm. The exit code is 1 where a run ends otherwise than it has to, or something is left.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import rows_around
import rows_servers
from fault import Fault
from injecting import Outcome, inject
from judging import is_unlucky, problems
from watching import orphaned, shared

POLITE = [
    Fault("", "nothing goes wrong", "polite", "", 0, "", (), verb=verb) for verb in ("run", "compare", "load")
]
MIB = 1 << 20


class Seen(NamedTuple):
    """What there is on the machine: bytes of memory in use, open files, processes, entries of two folders."""

    memory: int
    files: int
    processes: int
    temporary: int
    shared: int


def seen() -> Seen:
    """Look."""
    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    used = [int(memory[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable")]
    files = int(Path("/proc/sys/fs/file-nr").read_text().split()[0])
    processes = sum(one.isdigit() for one in os.listdir("/proc"))  # noqa: PTH208  # names alone
    return Seen(used[0] - used[1], files, processes, len(os.listdir(tempfile.gettempdir())), len(shared()))  # noqa: PTH208


def main() -> int:
    """Run for so many minutes; print what was found."""
    minutes = float(os.environ.get("SOAK_MINUTES", "30"))
    quick = [one for one in (*rows_servers.ROWS, *rows_around.ROWS) if one.quick]
    before, names, end = seen(), shared(), time.monotonic() + minutes * 60
    wrong, peaks, runs = 0, list[int](), 0
    for fault in itertools.cycle([*POLITE, *quick]):
        if time.monotonic() > end:
            break
        outcome = inject(fault)
        runs += 1
        peaks.append(outcome.peak)
        found = _found(fault, outcome)
        wrong += bool(found)
        print(
            f"{fault.id}: {outcome.seconds:.1f} s, {outcome.peak // MIB} MiB; {'; '.join(found) or 'right'}"
        )
    _show(before, seen(), peaks, runs)
    left = orphaned(shared() - names)
    print(f"{wrong} of {runs} runs went wrong; left in /dev/shm: {', '.join(left) or 'nothing'}")
    return bool(wrong or left)


def _found(fault: Fault, outcome: Outcome) -> list[str]:
    """Return what is wrong with a run, but not that others had the cores."""
    if is_unlucky(outcome):
        return [f"left behind: {one}" for one in outcome.left]
    if not fault.kind and outcome.code == 4:  # a polite run on a busy machine may be no valid measurement
        return [one for one in problems(fault, outcome) if "exit code" not in one]
    return problems(fault, outcome)


def _show(before: Seen, after: Seen, peaks: list[int], runs: int) -> None:
    print(
        f"\n{runs} runs; peak of the first ten {_most(peaks[:10])} MiB, of the last {_most(peaks[-10:])} MiB"
    )
    for name, one, other in zip(Seen._fields, before, after, strict=True):
        unit = MIB if name == "memory" else 1
        print(f"{name:10} before {one // unit:>9,}  after {other // unit:>9,}")


def _most(peaks: list[int]) -> int:
    return max(peaks, default=0) // MIB


if __name__ == "__main__":
    sys.exit(main())
