"""How many processes and threads may be started here, against what a run needs at least."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import ResourceError

OF_A_CHILD, OF_OURS = 3, 2
"""Threads: a child has two and a thread of ours that reads what it prints; we have these besides."""

PROC, CGROUP = Path("/proc"), Path("/sys/fs/cgroup")


class Limit(NamedTuple):
    """How many processes and threads may exist, how many do, and who says so."""

    most: int
    used: int
    whose: str


def limits(proc: Path = PROC, cgroup: Path = CGROUP) -> list[Limit]:
    """Return the limits of this process: that of its user, which does not hold root, and of its cgroup."""
    return [*_of_user(proc), *_of_cgroup(proc, cgroup)]


def _of_user(proc: Path) -> Iterator[Limit]:
    try:
        import resource
    except ImportError:  # Windows
        return
    most = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if most != resource.RLIM_INFINITY and os.getuid() != 0 and proc.is_dir():
        yield Limit(most, sum(_threads(proc, os.getuid())), "ulimit -u")


def _threads(proc: Path, user: int) -> Iterator[int]:
    """Yield how many threads each process of a user has."""
    for status in proc.glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has ended
            continue
        if int(fields["Uid"].split()[0]) == user:
            yield int(fields["Threads"])


def _of_cgroup(proc: Path, cgroup: Path) -> Iterator[Limit]:
    try:
        line = (proc / "self" / "cgroup").read_text().splitlines()[-1]
        folder = cgroup / line.rpartition("::")[2].lstrip("/")
        most, used = ((folder / f"pids.{name}").read_text().strip() for name in ("max", "current"))
    except (OSError, IndexError, ValueError):  # no cgroups of version 2, or none with such a limit
        return
    if most != "max":
        yield Limit(int(most), int(used), "pids.max of the cgroup")


def require_processes(children: int, found: list[Limit]) -> None:
    """See that so many child processes, their threads and ours may be started. Raises `ResourceError`."""
    needed = OF_A_CHILD * children + OF_OURS
    for one in found:
        if one.most - one.used < needed:
            raise ResourceError(
                f"{children} processes with {needed} threads are needed, and of the {one.most:,} threads that"
                f" may be there ({one.whose}) {one.used:,} are taken: raise that limit, or end others"
            )
