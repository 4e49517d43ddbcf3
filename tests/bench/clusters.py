"""A cluster on loopback, each of its processes an own one: a scheduler and workers, started as users do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

BIN = Path(sys.executable).parent
READY_S = 60.0
WSBENCH = str(BIN / "wsbench")


def listening(log: Path, words: str) -> str:
    """Wait until a process has logged a line with some words, and return it."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines() if log.exists() else ():
            if words in line:
                return line
        time.sleep(0.05)
    raise AssertionError(f"{log}: no {words!r} in {log.read_text()}")


def start(
    argv: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that logs into a file, in a session of its own."""
    with log.open("wb") as out:
        return subprocess.Popen(
            argv, stdout=out, stderr=out, env={**os.environ, **(environment or {})}, start_new_session=True
        )


class Cluster:
    """A scheduler and its workers by name; `address` is the scheduler's.

    `inside` has the words that come before a command so that it runs on the host of an address.
    """

    def __init__(
        self, folder: Path, host: str = "127.0.0.1", inside: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.folder, self.inside = folder, inside or {}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        log = folder / "scheduler.log"
        argv = ["scheduler", "--host", host, "--port", "0", "--no-dashboard"]
        self.scheduler = start(self._on(host, argv), log)
        self.address = listening(log, "Scheduler at:").split()[-1]

    def _on(self, host: str, words: Sequence[str]) -> list[str]:
        return [*self.inside.get(host, ()), str(BIN / "dask"), *words]

    def add(self, names: Sequence[str], host: str = "127.0.0.1", **environment: str) -> None:
        """Start workers, and wait until all are registered."""
        for name in names:
            argv = ["worker", self.address, "--name", name, "--host", host, "--no-nanny", "--nthreads", "1"]
            argv += ["--no-dashboard", "--local-directory", str(self.folder)]
            self.workers[name] = start(self._on(host, argv), self.folder / f"{name}.log", environment)
        for name in names:
            listening(self.folder / f"{name}.log", "Registered to:")

    def kill(self, name: str) -> None:
        """Kill a worker, as a machine that is turned off."""
        self.workers[name].kill()
        self.workers.pop(name).wait()

    def stop(self) -> None:
        """End all there is."""
        for process in (*self.workers.values(), self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a scheduler; nothing of it and its workers is left."""
    one = Cluster(folder)
    try:
        yield one
    finally:
        one.stop()


def begun(words: Sequence[str], inside: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start `wsbench load`."""
    argv = [*inside, WSBENCH, "load", *words]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def await_connected(one: Cluster, count: int, name: str = "") -> None:
    """Wait until so many agents of a cluster, or of one of its workers, have connections."""
    workers = [one.workers[name]] if name else [*one.workers.values()]
    deadline = time.monotonic() + READY_S
    while sum(bool(has_sockets(agent)) for worker in workers for agent in children_of(worker)) != count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children_of(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the processes of agents and servers that a worker has started."""
    return psutil.Process(worker.pid).children()


def has_sockets(process: psutil.Process) -> bool:
    """Whether a process has any socket, in whichever namespace."""
    with suppress(OSError):
        return any(
            str(file.readlink()).startswith("socket:") for file in Path(f"/proc/{process.pid}/fd").iterdir()
        )
    return False
